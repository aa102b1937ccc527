//! The request line: a method, a target and a version with one space between each.

use super::authority::Authority;
use super::octet;
use super::refusal::Refusal;

/// Longest method. The IANA registry's longest is `UPDATEREDIRECTREF` with 17 bytes.
pub const MAX_METHOD: usize = 32;

/// The two versions that have this message format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0: no transfer coding, no upgrade, Host is optional.
    Http10,
    /// HTTP/1.1.
    Http11,
}

/// A request line whose parts are each well-formed.
#[derive(Clone, Copy)]
pub(super) struct RequestLine<'a> {
    pub(super) method: &'a [u8],
    pub(super) target: &'a [u8],
    pub(super) version: Version,
}

impl<'a> RequestLine<'a> {
    /// Reads a line that has lost its CRLF and holds no control byte (RFC 9112 §3).
    ///
    /// The method's case is the backend's business, with one exception: a backend that is
    /// careless about case must not see a tunnel where we saw a message.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, Refusal> {
        let (method, rest) = line.split_at(octet::token_len(line));
        if method.is_empty() || method.len() > MAX_METHOD {
            return Err(Refusal::Method);
        }
        let [b' ', rest @ ..] = rest else {
            let malformed = !rest.is_empty();
            return Err(if malformed { Refusal::Method } else { Refusal::RequestLine });
        };
        if method.eq_ignore_ascii_case(b"CONNECT") || method.eq_ignore_ascii_case(b"TRACE") {
            return Err(Refusal::MethodNotAllowed);
        }
        // A space that is not single leaves an empty target, or a version that begins with one.
        let end = memchr::memchr(b' ', rest).ok_or(Refusal::RequestLine)?;
        let (target, version) = rest.split_at_checked(end).ok_or(Refusal::RequestLine)?;
        if target.is_empty() {
            return Err(Refusal::RequestLine);
        }
        if !octet::is_target(target) {
            return Err(Refusal::Target);
        }
        let version = match version {
            b" HTTP/1.1" => Version::Http11,
            b" HTTP/1.0" => Version::Http10,
            [b' ', b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
                if major.is_ascii_digit() && minor.is_ascii_digit() =>
            {
                return Err(Refusal::VersionUnsupported);
            }
            _ if memchr::memchr2(b' ', b'\t', version.get(1..).unwrap_or_default()).is_some() => {
                return Err(Refusal::RequestLine);
            }
            _ => return Err(Refusal::Version),
        };
        let line = Self { method, target, version };
        match target {
            [b'/', ..] => Ok(line),
            b"*" if method == b"OPTIONS" => Ok(line),
            _ => line.absolute().map(|_| line).ok_or(Refusal::Target),
        }
    }

    /// The authority of a target in absolute-form, and its scheme's default port.
    ///
    /// Only `http` and `https`: for another scheme this proxy is no origin server, and what
    /// its authority means is for others to say.
    pub(super) fn absolute(&self) -> Option<(Authority<'a>, u16)> {
        let (rest, default_port) = match behind(self.target, b"http://") {
            Some(rest) => (rest, 80),
            None => (behind(self.target, b"https://")?, 443),
        };
        let end = rest.iter().position(|b| matches!(b, b'/' | b'?')).unwrap_or(rest.len());
        Some((Authority::parse(rest.get(..end)?)?, default_port))
    }
}

fn behind<'a>(target: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (front, rest) = target.split_at_checked(scheme.len())?;
    front.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_make_a_request_line() {
        for line in [
            "GET / HTTP/1.1",
            "M-SEARCH /x HTTP/1.0",
            "get /?a=b|c HTTP/1.1",
            "GET //x/../y HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET http://example.org HTTP/1.1",
            "GET HTTPS://example.org:8443?q HTTP/1.1",
            "OPTIONS http://[2001:db8::1]/ HTTP/1.1",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn what_a_lenient_reader_would_mend_is_refused() {
        use Refusal::*;
        for (line, refusal) in [
            ("", Method),
            (" GET / HTTP/1.1", Method),
            ("GET: / HTTP/1.1", Method),
            ("G\u{e9}T / HTTP/1.1", Method),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456 / HTTP/1.1", Method),
            ("CONNECT example.org:443 HTTP/1.1", MethodNotAllowed),
            ("TRACE / HTTP/1.1", MethodNotAllowed),
            ("connect /x HTTP/1.1", MethodNotAllowed),
            ("GET", RequestLine),
            ("GET /", RequestLine),
            ("GET  / HTTP/1.1", RequestLine),
            ("GET /  HTTP/1.1", RequestLine),
            ("GET / x HTTP/1.1", RequestLine),
            ("GET / HTTP/1.1 ", RequestLine),
            ("GET\t/ HTTP/1.1", Method),
            ("GET /\tHTTP/1.1", RequestLine),
            ("GET /a\u{b}b HTTP/1.1", Target),
            ("GET /\u{e9} HTTP/1.1", Target),
            ("GET /a#b HTTP/1.1", Target),
            ("GET * HTTP/1.1", Target),
            ("options * HTTP/1.1", Target),
            ("OPTIONS ** HTTP/1.1", Target),
            ("GET a/b HTTP/1.1", Target),
            ("GET ?a HTTP/1.1", Target),
            ("GET example.org:443 HTTP/1.1", Target),
            ("GET ftp://example.org/ HTTP/1.1", Target),
            ("GET http:///a HTTP/1.1", Target),
            ("GET http://u@example.org/ HTTP/1.1", Target),
            ("GET http:/example.org/ HTTP/1.1", Target),
            ("GET / HTTP/1.2", VersionUnsupported),
            ("GET / HTTP/0.9", VersionUnsupported),
            ("PRI * HTTP/2.0", VersionUnsupported),
            ("GET / HTTP/1.10", Version),
            ("GET / HTTP/11", Version),
            ("GET / http/1.1", Version),
            ("GET / FTP/1.1", Version),
            ("GET / ", Version),
        ] {
            check(line, Some(refusal));
        }
    }

    #[track_caller]
    fn check(line: &str, expected: Option<Refusal>) {
        assert_eq!(RequestLine::parse(line.as_bytes()).err(), expected, "{line:?}");
    }
}
