//! The request head on its way to the backend, and the response head on its way back.
//!
//! What is taken away is taken away first; what we write comes last, so that nothing a
//! client sent (`Connection: X-Forwarded-For`, say) decides over our own fields.

use crate::address::fields::Tells;
use crate::address::scan::Scan;
use crate::address::{Mode, fields::AddressFields};
use crate::policy::listener::Scheme;
use crate::policy::{Limits, RequestView};
use crate::proxy::names::alike;
use crate::proxy::refusal::Refusal;
use crate::proxy::told::Told;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT,
    HOST, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
use hyper::ext::Protocol;

/// A request head as the book of properties reads it.
#[derive(Debug)]
pub struct View<'a> {
    parts: &'a Parts,
    authority: &'a Authority,
}

impl<'a> View<'a> {
    /// A view of a head that [`admit`] has let through.
    pub fn new(parts: &'a Parts, authority: &'a Authority) -> Self {
        Self { parts, authority }
    }
}

impl RequestView for View<'_> {
    fn host(&self) -> Option<&str> {
        Some(self.authority.host())
    }

    fn path(&self) -> &str {
        self.parts.uri.path()
    }

    fn query(&self) -> Option<&str> {
        self.parts.uri.query()
    }

    fn field(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for value in self.parts.headers.get_all(name) {
            each(value.as_bytes());
        }
    }
}

/// Refuses what no backend should see, and says whom the request is for. HTTP/1 framing was
/// checked on the byte stream; this holds for HTTP/2 as well.
pub fn admit(parts: &Parts, limits: &Limits) -> Result<Authority, Refusal> {
    within(parts, limits)?;
    // An extended CONNECT (RFC 8441 §4) has a path, and opens no tunnel to anywhere else.
    let is_tunnel = parts.method == Method::CONNECT && parts.extensions.get::<Protocol>().is_none();
    if is_tunnel || parts.method == Method::TRACE {
        return Err(Refusal::Method);
    }
    let in_disguise = |name: &HeaderName| {
        FRAMING_FIELDS.iter().any(|framing| name != framing && alike(name.as_str(), framing))
    };
    if parts.headers.keys().any(in_disguise) {
        return Err(Refusal::FieldName);
    }
    let mut lengths = parts.headers.get_all(CONTENT_LENGTH).iter();
    let length = lengths.next().map_or(&b"0"[..], HeaderValue::as_bytes);
    // HTTP/2 does without it, so nobody has compared; a backend behind HTTP/1 goes by it.
    if lengths.next().is_some() || length.is_empty() || !length.iter().all(u8::is_ascii_digit) {
        return Err(Refusal::Length);
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => None,
        (Some(host), None) => {
            Some(Authority::try_from(host.as_bytes()).map_err(|_| Refusal::Host)?)
        }
        (Some(_), Some(_)) => return Err(Refusal::Host),
    };
    let authority = match (parts.uri.authority(), host) {
        // Equal but for case: RFC 9113 §8.3.1.
        (Some(authority), Some(host)) if *authority != host => return Err(Refusal::Host),
        (Some(authority), _) => authority.clone(),
        (None, Some(host)) => host,
        (None, None) => return Err(Refusal::Host),
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(Refusal::Host);
    }
    Ok(authority)
}

/// The limits of the gate, for heads that came another way.
fn within(parts: &Parts, limits: &Limits) -> Result<(), Refusal> {
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > limits.line_bytes {
        return Err(Refusal::TargetTooLong);
    }
    let too_long = |(name, value): (&HeaderName, &HeaderValue)| {
        name.as_str().len() + value.len() > limits.line_bytes
    };
    if parts.headers.len() > limits.head_fields || parts.headers.iter().any(too_long) {
        return Err(Refusal::HeadTooLarge);
    }
    Ok(())
}

/// What the rewriting of a head depends on.
#[derive(Debug)]
pub struct Rewrite<'a> {
    /// Fields that are removed because they can tell where a visitor is.
    pub address_fields: &'a AddressFields,
    /// What is told instead.
    pub told: &'a Told,
    /// Whom the request was for.
    pub authority: &'a Authority,
    /// The visitor's scheme as far as we know.
    pub scheme: Scheme,
    /// Whether the peer is a trusted hop, whose word on scheme, host and port is kept.
    pub trusted: bool,
    /// Whether `Via` is added.
    pub via: bool,
}

impl Rewrite<'_> {
    /// Rewrites the fields and the target of a request. `Host` is left to the upstream.
    pub fn apply(&self, parts: &mut Parts) {
        let trailers_wanted =
            tokens(&parts.headers, &TE).any(|t| t.eq_ignore_ascii_case(b"trailers"));
        let forwarded = self.forwarded(&parts.headers);
        strip_hop_by_hop(&mut parts.headers);
        parts.headers.remove(EXPECT);
        self.clean(&mut parts.headers);
        if let Some(scan) = &self.told.scan {
            rewrite_target(&mut parts.uri, scan, &self.told.replacement);
        }
        for (name, value) in &self.told.fields {
            parts.headers.insert(name.clone(), value.clone());
        }
        for (name, value) in
            [FORWARDED_PROTO, FORWARDED_HOST, FORWARDED_PORT].into_iter().zip(forwarded)
        {
            if let Some(value) = value {
                parts.headers.insert(name, value);
            }
        }
        if trailers_wanted {
            parts.headers.insert(TE, HeaderValue::from_static("trailers"));
        }
        if self.via {
            let value =
                if parts.version == Version::HTTP_2 { "2 cloakroom" } else { "1.1 cloakroom" };
            parts.headers.insert(VIA, HeaderValue::from_static(value));
        }
    }

    /// Takes every address out of a field section: a head's, or a trailer's.
    pub fn clean(&self, fields: &mut HeaderMap) {
        clean(fields, self.address_fields, self.told);
    }

    /// Scheme, host and port as the visitor's browser used them.
    fn forwarded(&self, headers: &HeaderMap) -> [Option<HeaderValue>; 3] {
        let vouched = |name: &HeaderName, plain: fn(&[u8]) -> bool| {
            let mut all = headers.get_all(name).iter();
            let value = all.next().filter(|_| self.trusted && all.next().is_none())?;
            // Hops pass on what a visitor wrote there himself, his address for instance.
            let tells = |scan: &Scan| scan.contains(value.as_bytes());
            let told = self.told.scan.as_ref().is_some_and(tells);
            (plain(value.as_bytes()) && !told).then(|| value.clone())
        };
        let scheme = vouched(&FORWARDED_PROTO, is_scheme);
        let is_https = match &scheme {
            Some(value) => value.as_bytes().eq_ignore_ascii_case(b"https"),
            None => self.scheme == Scheme::Https,
        };
        let port = || match (self.authority.port_u16(), is_https) {
            (Some(port), _) => HeaderValue::from(port),
            (None, true) => HeaderValue::from_static("443"),
            (None, false) => HeaderValue::from_static("80"),
        };
        let host = || HeaderValue::from_str(self.authority.as_str()).ok();
        [
            Some(scheme.unwrap_or(HeaderValue::from_static(self.scheme.as_str()))),
            vouched(&FORWARDED_HOST, is_host).or_else(host),
            Some(vouched(&FORWARDED_PORT, is_port).unwrap_or_else(port)),
        ]
    }
}

/// Removes the fields that can tell where a visitor is, and the address from all others.
pub fn clean(fields: &mut HeaderMap, address_fields: &AddressFields, told: &Told) {
    let keeps_place = told.mode == Mode::Full;
    let doomed = |name: &&HeaderName| {
        let text = name.as_str();
        let listed = match address_fields.tells(text.as_bytes()) {
            None => OUR_FIELDS.iter().any(|field| alike(field, text)),
            Some(Tells::Address) => true,
            Some(Tells::Place | Tells::Correlation) => !keeps_place,
        };
        // A name that holds the address cannot be rewritten: it would be another field.
        listed || (may_spell(text) && told.scan.is_some_and(|scan| scan.contains(text.as_bytes())))
    };
    let doomed: Vec<HeaderName> = fields.keys().filter(doomed).cloned().collect();
    for name in doomed {
        fields.remove(name);
    }
    let Some(scan) = &told.scan else { return };
    for (name, value) in fields.iter_mut() {
        // These name us, or count bytes; neither is about the visitor.
        if name == HOST || name == CONTENT_LENGTH {
            continue;
        }
        if let Some(clean) = scan.rewrite(value.as_bytes(), &told.replacement) {
            match HeaderValue::from_bytes(&clean) {
                Ok(rewritten) => *value = rewritten,
                // Not to be had: the scan replaces text by text. Nothing leaks even then.
                Err(_) => *value = HeaderValue::from_static(""),
            }
        }
    }
}

/// Whether a name or a method can spell an address at all: few that people use have a digit
/// in them, or nothing but letters up to `f`. Saves the scan where it cannot find anything.
pub fn may_spell(text: &str) -> bool {
    let hexadecimal = |b: u8| !b.is_ascii_alphanumeric() || b.is_ascii_hexdigit();
    text.bytes().any(|b| b.is_ascii_digit()) || text.bytes().all(hexadecimal)
}

/// Takes the address out of path and query.
fn rewrite_target(uri: &mut Uri, scan: &Scan, replacement: &str) {
    let Some(target) = uri.path_and_query() else { return };
    if let Some(clean) = scan.rewrite_url(target.as_str().as_bytes(), replacement) {
        let mut parts = std::mem::take(uri).into_parts();
        parts.path_and_query =
            Some(PathAndQuery::try_from(clean).unwrap_or_else(|_| PathAndQuery::from_static("/")));
        *uri = Uri::from_parts(parts).unwrap_or_default();
    }
}

/// Removes what concerns one connection only (RFC 9110 §7.6.1), from either head.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = tokens(headers, &CONNECTION)
            .filter_map(|token| HeaderName::from_bytes(token).ok())
            .filter(|name| !END_TO_END.contains(name))
            .collect();
        for name in named {
            headers.remove(name);
        }
        headers.remove(CONNECTION);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter().map(HeaderValue::as_bytes);
    lines.flat_map(|line| line.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

fn is_scheme(value: &[u8]) -> bool {
    ["http", "https", "ws", "wss"]
        .iter()
        .any(|scheme| value.eq_ignore_ascii_case(scheme.as_bytes()))
}

fn is_host(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphanumeric() || b".:-[]_".contains(b))
}

fn is_port(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

/// Fields that say how the visitor's browser reached us. We write the first three; some
/// frameworks believe the others before them (Rack reads `X-Forwarded-Ssl` and `-Scheme`).
const OUR_FIELDS: [&str; 8] = [
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-ssl",
    "x-forwarded-scheme",
    "x-forwarded-protocol",
    "x-url-scheme",
    "front-end-https",
];

/// Fields that frame a message. Under another spelling a backend may believe what nobody
/// before it has looked at.
const FRAMING_FIELDS: [&str; 2] = ["content-length", "transfer-encoding"];

/// RFC 9110 §7.6.1, and what browsers and old proxies send beside it.
const HOP_BY_HOP: [HeaderName; 8] = [
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("proxy-authenticate"),
    HeaderName::from_static("proxy-authorization"),
    HeaderName::from_static("http2-settings"),
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Fields that a `Connection` field cannot take away: a request without them means another.
const END_TO_END: [HeaderName; 6] =
    [HOST, CONTENT_LENGTH, CONTENT_TYPE, CONTENT_ENCODING, AUTHORIZATION, COOKIE];
