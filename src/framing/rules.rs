//! What the fields of a head mean together: whose request it is, and where it ends.

use super::authority::Authority;
use super::field::Field;
use super::limits::GateLimits;
use super::octet;
use super::refusal::Refusal;
use super::request_line::{RequestLine, Version};

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// After so many bytes. No framing field at all means zero.
    Length(u64),
    /// After the last chunk and the trailers.
    Chunked,
}

/// What a good head says about the bytes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) body: Body,
    /// The connection may speak another protocol once this message is answered.
    pub(super) upgrade: bool,
}

/// What the lines of one head have said so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    version: Version,
    /// Where in the head a target in absolute-form stands.
    absolute: Option<(usize, usize)>,
    host: bool,
    length: Option<u64>,
    chunked: bool,
    upgrade_field: bool,
    upgrade_named: bool,
}

impl Rules {
    /// Begins with a request line that stands `at` so many bytes into the head.
    pub(super) fn new(line: &RequestLine<'_>, at: usize) -> Self {
        let start = at + line.method.len() + 1;
        let absolute = !matches!(line.target, [b'/', ..] | b"*");
        Self {
            version: line.version,
            absolute: absolute.then_some((start, start + line.target.len())),
            host: false,
            length: None,
            chunked: false,
            upgrade_field: false,
            upgrade_named: false,
        }
    }

    /// Takes a field into account. `head` are the bytes of the head up to here.
    #[inline]
    pub(super) fn admit(&mut self, head: &[u8], field: &Field<'_>) -> Result<(), Refusal> {
        let Field { name, value } = *field;
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.host(head, value),
            6 if name.eq_ignore_ascii_case(b"expect") => self.expect(value),
            7 if name.eq_ignore_ascii_case(b"upgrade") => {
                self.upgrade_field = true;
                Ok(())
            }
            10 if name.eq_ignore_ascii_case(b"connection") => {
                self.upgrade_named |= value
                    .split(|b| *b == b',')
                    .any(|option| octet::trim(option).eq_ignore_ascii_case(b"upgrade"));
                Ok(())
            }
            14 if exactly(name, b"content-length")? => self.content_length(value),
            17 if exactly(name, b"transfer-encoding")? => self.transfer_encoding(value),
            _ => Ok(()),
        }
    }

    /// What the whole head says.
    pub(super) fn finish(&self, limits: &GateLimits) -> Result<Message, Refusal> {
        let http11 = self.version == Version::Http11;
        if http11 && !self.host {
            return Err(Refusal::HostMissing);
        }
        let body = match self.length {
            Some(length) if length > limits.body_bytes => return Err(Refusal::BodyTooLarge),
            _ if self.chunked => Body::Chunked,
            length => Body::Length(length.unwrap_or(0)),
        };
        let upgrade = http11 && self.upgrade_field && self.upgrade_named;
        Ok(Message { body, upgrade })
    }

    fn host(&mut self, head: &[u8], value: &[u8]) -> Result<(), Refusal> {
        if std::mem::replace(&mut self.host, true) {
            return Err(Refusal::HostRepeated);
        }
        let host = Authority::parse(value).ok_or(Refusal::Host)?;
        let Some((start, end)) = self.absolute else { return Ok(()) };
        let target = head.get(start..end).unwrap_or_default();
        let line = RequestLine { method: b"", target, version: self.version };
        match line.absolute() {
            Some((authority, port)) if authority.same_as(&host, port) => Ok(()),
            _ => Err(Refusal::HostConflict),
        }
    }

    fn expect(&self, value: &[u8]) -> Result<(), Refusal> {
        if value.eq_ignore_ascii_case(b"100-continue") { Ok(()) } else { Err(Refusal::Expectation) }
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.length.is_some() {
            return Err(Refusal::LengthRepeated);
        }
        if self.chunked {
            return Err(Refusal::LengthAndCoding);
        }
        self.length = Some(decimal(value).ok_or(Refusal::Length)?);
        Ok(())
    }

    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.version == Version::Http10 {
            return Err(Refusal::CodingInHttp10);
        }
        if self.chunked {
            return Err(Refusal::CodingRepeated);
        }
        if self.length.is_some() {
            return Err(Refusal::LengthAndCoding);
        }
        if !value.eq_ignore_ascii_case(b"chunked") {
            let other = ends_in_one_chunked(value);
            return Err(if other { Refusal::CodingUnsupported } else { Refusal::Coding });
        }
        self.chunked = true;
        Ok(())
    }
}

/// Whether this is the field of that name. One that has another separator than `-` is
/// refused: CGI and its descendants make the same variable (`HTTP_CONTENT_LENGTH`) of both,
/// and a backend behind such a layer would see a framing that we did not.
fn exactly(name: &[u8], known: &[u8]) -> Result<bool, Refusal> {
    let mut separators = true;
    for (byte, k) in name.iter().zip(known) {
        if *k == b'-' && !byte.is_ascii_alphanumeric() {
            separators &= *byte == b'-';
        } else if !byte.eq_ignore_ascii_case(k) {
            return Ok(false);
        }
    }
    if separators { Ok(true) } else { Err(Refusal::LookAlike) }
}

/// A number in digits alone, below 2^63. A leading zero is refused although the grammar
/// allows it: readers exist that take `010` for eight.
fn decimal(digits: &[u8]) -> Option<u64> {
    if matches!(digits, [] | [b'0', _, ..]) {
        return None;
    }
    let number = digits.iter().try_fold(0u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })?;
    i64::try_from(number).is_ok().then_some(number)
}

/// Whether this is a list of codings of which the last and no other is `chunked`: legal, and
/// not implemented here (RFC 9112 §6.1). Parameters count as malformed: no registered coding
/// has any.
fn ends_in_one_chunked(value: &[u8]) -> bool {
    let mut chunked = false;
    for coding in value.split(|b| *b == b',') {
        let coding = octet::trim(coding);
        if chunked || coding.is_empty() || octet::token_len(coding) < coding.len() {
            return false;
        }
        chunked = coding.eq_ignore_ascii_case(b"chunked");
    }
    chunked
}

#[cfg(test)]
mod tests {
    use super::Refusal::{
        BodyTooLarge, Coding, CodingInHttp10, CodingRepeated, CodingUnsupported, Expectation, Host,
        HostConflict, HostMissing, HostRepeated, Length, LengthAndCoding, LengthRepeated,
        LookAlike,
    };
    use super::*;

    #[test]
    fn the_end_of_a_body_is_known_or_the_head_is_refused() {
        let none = Ok((Body::Length(0), false));
        check("1.1", "Host: a", none);
        check("1.0", "", none);
        check("1.1", "Host: a\ncontent-LENGTH: 0", none);
        check("1.1", "Host: a\nContent-Length:\t42\t ", Ok((Body::Length(42), false)));
        check("1.1", "Host: a\nTransfer-Encoding: ChunkeD", Ok((Body::Chunked, false)));
        check("1.0", "Content-Length: 7", Ok((Body::Length(7), false)));
        check("1.1", "Host: a\nContent-Length: 1000", Ok((Body::Length(1000), false)));
        check("1.1", "Host: a\nContent-Length: 1001", Err(BodyTooLarge));
        for value in ["", "+1", "-0", "1,1", "1 1", "0x1", "01", "00", "1.0", "1e1", "1\u{a0}"] {
            check("1.1", &format!("Host: a\nContent-Length: {value}"), Err(Length));
        }
        check("1.1", "Host: a\nContent-Length: 9223372036854775807", Err(BodyTooLarge));
        check("1.1", "Host: a\nContent-Length: 9223372036854775808", Err(Length));
        check("1.1", "Host: a\nContent-Length: 18446744073709551617", Err(Length));
        check("1.1", "Content-Length: 1\nContent-Length: 1", Err(LengthRepeated));
        check("1.1", "Content-Length: 1\nTransfer-Encoding: chunked", Err(LengthAndCoding));
        check("1.1", "Transfer-Encoding: chunked\nContent-Length: 1", Err(LengthAndCoding));
        check("1.1", "Transfer-Encoding: chunked\nTransfer-Encoding: chunked", Err(CodingRepeated));
        check("1.0", "Transfer-Encoding: chunked", Err(CodingInHttp10));
    }

    #[test]
    fn a_coding_is_chunked_or_refused() {
        for value in ["gzip, chunked", "gzip,deflate\t,Chunked", "identity, chunked"] {
            check("1.1", &format!("Transfer-Encoding: {value}"), Err(CodingUnsupported));
        }
        for value in [
            "",
            "xchunked",
            "chunked,",
            ",chunked",
            "chunked, chunked",
            "chunked, gzip",
            "gzip",
            "identity",
            "chunked;q=1",
            "\"chunked\"",
            "chun ked",
            "gzip chunked",
            "\u{a0}chunked",
            "gzip, chunked, gzip, chunked",
        ] {
            check("1.1", &format!("Transfer-Encoding: {value}"), Err(Coding));
        }
    }

    #[test]
    fn a_look_alike_of_a_framing_field_is_refused() {
        for name in ["Content_Length", "TRANSFER_ENCODING", "content.length", "Transfer~Encoding"] {
            check("1.1", &format!("Host: a\n{name}: 1"), Err(LookAlike));
        }
        let none = Ok((Body::Length(0), false));
        for name in ["ContentsLength", "X-Contents-Len", "Sec_Fetch_Mode", "Content-Length-"] {
            check("1.1", &format!("Host: a\n{name}: x"), none);
        }
    }

    #[test]
    fn one_host_and_the_same_as_in_the_target() {
        check("1.1", "", Err(HostMissing));
        check("1.1", "Host: a\nHost: a", Err(HostRepeated));
        check("1.0", "Host: a\nHost: a", Err(HostRepeated));
        check("1.1", "Host:", Err(Host));
        check("1.0", "Host: a b", Err(Host));
        let none = Ok((Body::Length(0), false));
        check_target("http://a.example/x", "1.1", "Host: A.example:80", none);
        check_target("https://a.example/x", "1.1", "Host: a.example:443", none);
        check_target("http://a.example/x", "1.0", "", none);
        check_target("http://a.example/x", "1.1", "", Err(HostMissing));
        check_target("https://a.example/x", "1.1", "Host: a.example:80", Err(HostConflict));
        check_target("http://a.example/x", "1.1", "Host: b.example", Err(HostConflict));
        check_target("http://a.example/x", "1.0", "Host: b.example", Err(HostConflict));
    }

    #[test]
    fn an_upgrade_needs_both_fields_and_the_version() {
        let asked = "Host: a\nConnection: keep-alive , Upgrade\nUpgrade: websocket";
        check("1.1", asked, Ok((Body::Length(0), true)));
        check("1.0", asked, Ok((Body::Length(0), false)));
        check("1.1", "Host: a\nUpgrade: websocket", Ok((Body::Length(0), false)));
        check("1.1", "Host: a\nConnection: upgrade", Ok((Body::Length(0), false)));
        check("1.1", "Host: a\nConnection: upgraded\nUpgrade: x", Ok((Body::Length(0), false)));
        check("1.1", &format!("{asked}\nContent-Length: 2"), Ok((Body::Length(2), true)));
    }

    #[test]
    fn only_a_hundred_continue_can_be_expected() {
        let none = Ok((Body::Length(0), false));
        check("1.1", "Host: a\nExpect: 100-Continue", none);
        check("1.1", "Host: a\nExpect: 100-continue, x", Err(Expectation));
        check("1.1", "Host: a\nExpect:", Err(Expectation));
    }

    #[track_caller]
    fn check(version: &str, fields: &str, expected: Result<(Body, bool), Refusal>) {
        check_target("/", version, fields, expected);
    }

    #[track_caller]
    fn check_target(
        target: &str,
        version: &str,
        fields: &str,
        expected: Result<(Body, bool), Refusal>,
    ) {
        let limits = GateLimits { head_bytes: 1, head_fields: 1, line_bytes: 1, body_bytes: 1000 };
        let line = format!("GET {target} HTTP/{version}");
        let found = || {
            let mut rules = Rules::new(&RequestLine::parse(line.as_bytes())?, 0);
            for field in fields.lines() {
                rules.admit(line.as_bytes(), &Field::parse(field.as_bytes())?)?;
            }
            rules.finish(&limits)
        };
        assert_eq!(found().map(|m| (m.body, m.upgrade)), expected, "{line:?} {fields:?}");
    }
}
