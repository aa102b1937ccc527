//! What is audited, and how is a property named to it?

use http::Uri;
use http::uri::Scheme;
use std::net::IpAddr;

/// The audited proxy as the command line names it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Whether TLS is spoken there.
    pub(super) tls: bool,
    /// The host that is dialled, without brackets.
    pub(super) server: String,
    /// The port that is dialled.
    pub(super) port: u16,
    /// What `Host` and `:authority` say.
    pub(super) authority: String,
    /// The path of every request, without a slash at its end.
    pub(super) path: String,
    /// The query of every request, where there is one.
    pub(super) query: Option<String>,
    /// Fields that every request has.
    pub(super) fields: Vec<(String, String)>,
    /// What a trusted hop adds to `X-Forwarded-For`, where the audit plays one.
    pub(super) reported: Option<IpAddr>,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// What was expected instead.
    pub(super) fn read(url: &str) -> Result<Self, String> {
        let expected = || "expected http://HOST:PORT/PATH or https://HOST:PORT/PATH".to_owned();
        let uri: Uri = url.parse().map_err(|_| expected())?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(expected()),
        };
        let authority = uri.authority().ok_or_else(expected)?;
        let server = authority.host().trim_start_matches('[').trim_end_matches(']');
        if server.is_empty() || authority.as_str().contains('@') {
            return Err(expected());
        }
        Ok(Self {
            tls,
            server: server.to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            path: uri.path().trim_end_matches('/').to_owned(),
            query: uri.query().map(str::to_owned),
            fields: Vec::new(),
            reported: None,
        })
    }

    /// The host of [`Target::authority`], without its port.
    pub(super) fn name(&self) -> &str {
        let authority = self.authority.as_str();
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => authority.split_once(':').map_or(authority, |(name, _)| name),
        }
    }

    /// All fields of a request that has these of its own, in the order in which they are sent.
    pub(super) fn with(&self, own: &[(String, String)]) -> Vec<(String, String)> {
        // A line of its own behind all others is the end of the list (RFC 9110 §5.3), which is
        // where a hop puts what it has seen.
        let reported = |address: &IpAddr| ("X-Forwarded-For".to_owned(), address.to_string());
        let reported = self.reported.as_ref().map(reported);
        self.fields.iter().chain(own).cloned().chain(reported).collect()
    }

    /// The path and the query of a request with this path behind the target's own and this
    /// query beside it.
    pub(super) fn line(&self, path: Option<&str>, query: Option<&str>) -> String {
        let mut line = format!("{}/{}", self.path, path.unwrap_or_default());
        if path.is_none() && !self.path.is_empty() {
            line.pop();
        }
        for (at, query) in self.query.as_deref().into_iter().chain(query).enumerate() {
            line.push(if at == 0 { '?' } else { '&' });
            line.push_str(query);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read() {
        for (url, tls, server, port, name, line) in [
            ("http://127.0.0.1:8080", false, "127.0.0.1", 8080, "127.0.0.1", "/"),
            ("https://chat.example.org", true, "chat.example.org", 443, "chat.example.org", "/"),
            ("https://[::1]:8443/a/?p=shop", true, "::1", 8443, "::1", "/a?p=shop"),
        ] {
            let target = Target::read(url).unwrap();
            let got = (target.tls, target.server.as_str(), target.port, target.name());
            assert_eq!(got, (tls, server, port, name), "{url}");
            assert_eq!(target.line(None, None), line, "{url}");
        }
        for url in ["", "127.0.0.1:80", "ftp://example.org", "http://", "http://a@b/", "/chat"] {
            assert!(Target::read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_probe_adds_to_path_and_query() {
        let target = Target::read("http://localhost/chat?p=shop").unwrap();
        assert_eq!(target.line(Some("x"), Some("ip=1")), "/chat/x?p=shop&ip=1");
        let target = Target::read("http://localhost/").unwrap();
        assert_eq!(target.line(Some("x"), None), "/x");
        assert_eq!(target.line(None, Some("ip=1")), "/?ip=1");
    }
}
