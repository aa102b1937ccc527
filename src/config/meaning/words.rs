//! Texts that mean something: networks, field names, host names, servers, names of things.
//!
//! Each function gives the value, or the words for what was expected instead.

use crate::config::file::value::{FieldName, HostName, Network, ServerUrl};
use crate::policy::upstream::Server;
use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

/// A network; a single address is a network of one. Bits beyond the prefix must be zero: who
/// writes `10.1.2.3/8` may mean either.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().map_err(|_| Network::expected())?,
    };
    // Addresses are compared in canonical form, which a mapped network would never meet.
    if let IpNet::V6(v6) = net
        && MAPPED.contains(&v6)
    {
        return Err("an IPv4 network written as IPv4".to_owned());
    }
    match net.trunc() {
        whole if whole == net => Ok(net),
        whole => Err(format!("{whole}, or a longer prefix")),
    }
}

/// `::ffff:0:0/96`: IPv4 addresses in IPv6 clothing (RFC 4291 §2.5.5.2).
const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);

/// A field name in lower case that carries no meaning for HTTP itself.
pub(super) fn free_field(text: &str) -> Result<String, String> {
    let name = field(text)?;
    if RESERVED.contains(&name.replace('_', "-").as_str()) {
        return Err(format!("a field that HTTP and cloakroom do not use themselves: {name} is"));
    }
    Ok(name)
}

/// A field name (RFC 9110 §5.6.2) in lower case.
pub(super) fn field(text: &str) -> Result<String, String> {
    if is_token(text) { Ok(text.to_ascii_lowercase()) } else { Err(FieldName::expected()) }
}

/// Whether this is a token of RFC 9110 §5.6.2, of a length that a field name may have.
pub(super) fn is_token(text: &str) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=128).contains(&text.len()) && text.bytes().all(part)
}

/// Fields that frame the message, route it or say who is asking (RFC 9110 §7.6.1 and §7.2,
/// RFC 9112 §6), and those that the proxy writes from what it knows.
const RESERVED: &[&str] = &[
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// A host name in lower case, without a wildcard or a final dot.
pub(super) fn host_name(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if !name.is_ascii() {
        return Err("a host name in its ASCII form (xn--…)".to_owned());
    }
    let label = |label: &str| {
        let part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (1..=63).contains(&label.len())
            && label.bytes().all(part)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // 253 characters are what the 255 octets of RFC 1035 §2.3.4 leave for text.
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(HostName::expected())
    }
}

/// A host name that may begin with `*.`.
pub(super) fn host_pattern(text: &str) -> Result<String, String> {
    match text.strip_prefix("*.") {
        Some(name) => host_name(name).map(|name| format!("*.{name}")),
        None => host_name(text),
    }
}

/// A server as an upstream lists it.
pub(super) fn server(text: &str, base: &Path) -> Result<Server, String> {
    if let Some(path) = text.strip_prefix("unix:") {
        return match path {
            "" => Err(ServerUrl::expected()),
            path => Ok(Server::Unix(base.join(path))),
        };
    }
    let (rest, tls) = match (text.strip_prefix("http://"), text.strip_prefix("https://")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return Err(ServerUrl::expected()),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#', '@']) {
        return Err("a server without a path, a query or a user".to_owned());
    }
    let (host, port) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(ServerUrl::expected)?;
            host.parse::<Ipv6Addr>().map_err(|_| ServerUrl::expected())?;
            (host.to_owned(), if after.is_empty() { None } else { Some(after) })
        }
        None => {
            let (host, port) = match rest.split_once(':') {
                Some((host, _)) => (host, rest.get(host.len()..)),
                None => (rest, None),
            };
            (host_name(host).map_err(|_| ServerUrl::expected())?, port)
        }
    };
    let port = match port {
        None if tls => 443,
        None => 80,
        Some(port) => {
            let port = port.strip_prefix(':').and_then(|port| port.parse().ok());
            port.filter(|port| *port > 0).ok_or("a port from 1 to 65535")?
        }
    };
    Ok(Server::Tcp { host, port, tls })
}

/// The name of a listener, an upstream or a property: it stands in logs and metric labels.
pub(super) fn name(text: &str, longest: usize) -> Result<(), String> {
    let part = |b: u8| b.is_ascii_alphanumeric() || b"._:@-".contains(&b);
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if first && text.len() <= longest && text.bytes().all(part) {
        Ok(())
    } else {
        Err(format!("1 to {longest} letters, digits and . _ : @ - with a letter or digit first"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (text, expected) in [
            ("192.0.2.0/24", Some("192.0.2.0/24")),
            ("192.0.2.7", Some("192.0.2.7/32")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("2001:db8::1", Some("2001:db8::1/128")),
            ("192.0.2.7/24", None),
            ("::ffff:192.0.2.0/120", None),
            ("::ffff:192.0.2.1", None),
            ("192.0.2/24", None),
            ("192.0.2.0/33", None),
            ("localhost", None),
        ] {
            let net = network(text).ok().map(|net| net.to_string());
            assert_eq!(net.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn servers() {
        let tcp = |host: &str, port, tls| Some(Server::Tcp { host: host.into(), port, tls });
        for (text, expected) in [
            ("http://127.0.0.1:3000", tcp("127.0.0.1", 3000, false)),
            ("http://Chat.Internal/", tcp("chat.internal", 80, false)),
            ("https://chat", tcp("chat", 443, true)),
            ("https://[2001:db8::1]:8443", tcp("2001:db8::1", 8443, true)),
            ("http://[2001:db8::1]", tcp("2001:db8::1", 80, false)),
            ("unix:/run/chat.sock", Some(Server::Unix("/run/chat.sock".into()))),
            ("unix:chat.sock", Some(Server::Unix("/etc/chat.sock".into()))),
            ("unix:", None),
            ("127.0.0.1:3000", None),
            ("ftp://chat", None),
            ("http://", None),
            ("http://chat:0", None),
            ("http://chat:70000", None),
            ("http://chat:", None),
            ("http://chat/path", None),
            ("http://user@chat", None),
            ("http://2001:db8::1", None),
            ("http://[chat]", None),
            ("http://[2001:db8::1]x", None),
        ] {
            assert_eq!(server(text, Path::new("/etc")).ok(), expected, "{text}");
        }
    }

    #[test]
    fn host_patterns() {
        for (text, expected) in [
            ("Shop.example.org", Some("shop.example.org")),
            ("shop.example.org.", Some("shop.example.org")),
            ("*.example.org", Some("*.example.org")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("*", None),
            ("*.", None),
            ("a.*.org", None),
            ("", None),
            ("a..b", None),
            ("-a.org", None),
            ("shop.example.org:443", None),
            ("m\u{fc}ller.example", None),
        ] {
            assert_eq!(host_pattern(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn fields() {
        assert_eq!(free_field("X-Real-IP").as_deref(), Ok("x-real-ip"));
        for text in ["", "x y", "x:", "Content-Length", "transfer_encoding", "x\u{e9}"] {
            assert!(free_field(text).is_err(), "{text}");
        }
    }
}
