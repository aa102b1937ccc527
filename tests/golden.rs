//! Golden files of the core: who is the client, and what a PROXY header says.
//!
//! A file under `tests/golden/address/` is a list of cases, read by [`walk`]:
//!
//! ```text
//! # A comment. Keys before the first title are defaults of the file.
//! peer: 10.0.0.8
//!
//! ## the title of a case, in the words of whoever reads a failure
//! trust: 10.0.0.0/8, 2001:db8::/32        or `nobody`, or `2 hops`
//! source: x-forwarded-for                 or `forwarded`, or `field cf-connecting-ip`
//! line: 192.0.2.66, 203.0.113.77          one for each line of the field, escapes \r \n \t \0 \\ \xNN
//! line: 10.0.0.7
//! -> 203.0.113.77, element 2 after 1 hop  or `unknown silent`, `peer 203.0.113.77` and so on
//! ```
//!
//! A case with `header:` is about the PROXY protocol: text with the same escapes, or after
//! `v2` the bytes behind the signature in hexadecimal (`00*204` repeats a byte). It is parsed
//! whole, with other bytes behind it, and cut at every byte.

#![allow(clippy::panic, reason = "a test and its files fail by panicking")]

use cloakroom::address::proxy_protocol::{self, Header, Origin};
use cloakroom::address::{Chain, Client, Evidence, Resolved, Source, Trust, Unknown};
use walk::{Case, cases, unescaped};

mod walk;

#[test]
fn who_is_the_client() {
    let cases: Vec<_> = address_cases().into_iter().filter(|case| !is_proxy(case)).collect();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for case in cases {
        let found = resolve(&case);
        assert_eq!(told(&found), case.expected, "{}", case.place);
    }
}

#[test]
fn what_a_proxy_header_says() {
    let cases: Vec<_> = address_cases().into_iter().filter(is_proxy).collect();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    for case in cases {
        let bytes = header_bytes(case.one("header"));
        let told = match proxy_protocol::parse(&bytes) {
            Ok(None) => "incomplete".to_owned(),
            Ok(Some(header)) => said(header),
            Err(why) => format!("malformed {why:?}"),
        };
        assert_eq!(told, case.expected, "{}", case.place);
        check_cuts(&case, &bytes);
    }
}

#[test]
fn ten_thousand_elements_end_at_the_limit() {
    let chain = |trust: &str, source: &str| chain(trust, source);
    for (source, element) in [("x-forwarded-for", "10.0.0.7"), ("forwarded", "for=10.0.0.7")] {
        let line = format!("203.0.113.77{}", format!(", {element}").repeat(10_000));
        let one_line = chain("10.0.0.0/8", source).resolve(peer("10.0.0.8"), [line.as_bytes()]);
        assert_eq!(told(&one_line), "unknown only hops, after 64 hops", "{source}");
        let lines = vec![element.as_bytes(); 10_000];
        let many_lines = chain("10.0.0.0/8", source).resolve(peer("10.0.0.8"), lines);
        assert_eq!(told(&many_lines), "unknown only hops, after 64 hops", "{source}");
        let commas = ",".repeat(10_000);
        let empty = chain("10.0.0.0/8", source).resolve(peer("10.0.0.8"), [commas.as_bytes()]);
        assert_eq!(told(&empty), "unknown only hops", "{source}");
        let hops = chain("200 hops", source).resolve(peer("10.0.0.8"), [line.as_bytes()]);
        assert_eq!(told(&hops), "unknown only hops, after 64 hops", "{source}");
        let deep = format!("{}{}", line, format!(", {element}").repeat(62));
        let reached = chain("63 hops", source).resolve(peer("10.0.0.8"), [deep.as_bytes()]);
        assert_eq!(told(&reached), "10.0.0.7, element 63 after 62 hops", "{source}");
    }
}

fn address_cases() -> Vec<Case> {
    cases("tests/golden/address")
}

fn is_proxy(case: &Case) -> bool {
    !case.all("header").is_empty()
}

fn resolve(case: &Case) -> Resolved {
    let lines: Vec<_> = case.all("line").into_iter().map(unescaped).collect();
    let chain = chain(case.one("trust"), case.one("source"));
    chain.resolve(peer(case.one("peer")), lines.iter().map(Vec::as_slice))
}

fn peer(text: &str) -> Option<std::net::IpAddr> {
    (text != "none").then(|| text.parse().expect("an address, or `none`"))
}

fn chain(trust: &str, source: &str) -> Chain {
    let trust = match trust.split_once(" hop") {
        _ if trust == "nobody" => Trust::Nobody,
        Some((count, _)) => Trust::Hops(count.parse().expect("a count of hops")),
        None => {
            Trust::Networks(trust.split(", ").map(|net| net.parse().expect("a CIDR")).collect())
        }
    };
    let source = match source.strip_prefix("field ") {
        Some(name) => Source::Field(name.to_owned()),
        None if source == "x-forwarded-for" => Source::XForwardedFor,
        None => {
            assert_eq!(source, "forwarded");
            Source::Forwarded
        }
    };
    Chain { trust, source }
}

/// A result as the files spell it.
fn told(found: &Resolved) -> String {
    let client = match found.client {
        Client::Known(address) => address.reveal().to_string(),
        Client::Unknown(why) => format!("unknown {}", reason(why)),
    };
    let hops = match found.hops {
        0 => String::new(),
        1 => " after 1 hop".to_owned(),
        many => format!(" after {many} hops"),
    };
    match found.evidence {
        Evidence::Peer => format!("peer {client}{hops}"),
        Evidence::Source { element: Some(number) } => format!("{client}, element {number}{hops}"),
        Evidence::Source { element: None } if hops.is_empty() => client,
        Evidence::Source { element: None } => format!("{client},{hops}"),
    }
}

fn reason(why: Unknown) -> &'static str {
    match why {
        Unknown::Silent => "silent",
        Unknown::Declared => "declared",
        Unknown::Obfuscated => "obfuscated",
        Unknown::Unreadable => "unreadable",
        Unknown::OnlyHops => "only hops",
        Unknown::NoPeer => "no peer",
    }
}

fn said(header: Header) -> String {
    let origin = match header.origin {
        Origin::Proxied { source, destination } => format!("{source} to {destination}"),
        Origin::Local => "local".to_owned(),
        Origin::Unknown => "unknown".to_owned(),
    };
    format!("{origin}, {} bytes", header.length)
}

/// Bytes of a `header:` value.
fn header_bytes(text: &str) -> Vec<u8> {
    let Some(hex) = text.strip_prefix("v2 ") else {
        return unescaped(text);
    };
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    for word in hex.split_whitespace() {
        let (digits, times) = word.split_once('*').unwrap_or((word, "1"));
        let digits: Vec<_> = (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits"))
            .collect();
        bytes.extend(digits.repeat(times.parse().expect("a count")));
    }
    bytes
}

/// However the network cuts it: a beginning asks for more or is refused for good, and what
/// follows a header changes nothing.
#[track_caller]
fn check_cuts(case: &Case, bytes: &[u8]) {
    let mut refused = None;
    for cut in 0..bytes.len() {
        match proxy_protocol::parse(&bytes[..cut]) {
            Ok(None) => assert_eq!(refused, None, "{}: takes back its no at {cut}", case.place),
            Ok(Some(_)) => panic!("{}: whole at {cut} of {}", case.place, bytes.len()),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    let whole = proxy_protocol::parse(bytes);
    match whole {
        Ok(Some(header)) => {
            assert_eq!(refused, None, "{}: refused before it was whole", case.place);
            assert_eq!(header.length, bytes.len(), "{}", case.place);
        }
        Ok(None) => assert_eq!(refused, None, "{}: takes back its no", case.place),
        Err(_) => {}
    }
    if whole != Ok(None) {
        let more = [bytes, b"GET / HTTP/1.1\r\n\r\n"].concat();
        assert_eq!(proxy_protocol::parse(&more), whole, "{}: with more behind it", case.place);
    }
}
