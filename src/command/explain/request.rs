//! A request as somebody typed it, made into what the proxy would decide about.

use crate::command::Failure;
use crate::framing::head;
use crate::policy::Listener;
use crate::proxy::{Plan, Visit};
use arc_swap::ArcSwap;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Version};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// A request as it travels: an editor's line ends become the network's, in the head alone.
pub(super) fn network_lines(raw: &[u8]) -> Vec<u8> {
    if raw.windows(2).any(|pair| pair == b"\r\n") {
        return raw.to_vec();
    }
    let mut out = Vec::with_capacity(raw.len() + 64);
    for line in raw.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        out.extend_from_slice(b"\r\n");
        if line == b"\n" {
            break;
        }
    }
    if !out.ends_with(b"\r\n\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// The head in the terms of the HTTP library.
pub(super) fn parts(head: &head::Head<'_>) -> Result<Parts, Failure> {
    let wrong = |e: http::Error| Failure::new("request", e);
    let version = match head.version {
        head::Version::Http10 => Version::HTTP_10,
        head::Version::Http11 => Version::HTTP_11,
    };
    let mut request = Request::builder().method(head.method).uri(head.target).version(version);
    for (name, value) in &head.fields {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| wrong(e.into()))?;
        let value = HeaderValue::from_bytes(value).map_err(|e| wrong(e.into()))?;
        request = request.header(name, value);
    }
    Ok(request.body(()).map_err(wrong)?.into_parts().0)
}

/// A connection from this peer to this listener on which nothing has happened yet.
pub(super) fn visit(plan: Plan, listener: Listener, peer: IpAddr) -> Visit {
    Visit {
        plan: Arc::new(ArcSwap::from_pointee(plan)),
        name: listener.name.as_str().into(),
        listener: Arc::new(listener),
        peer: Some(peer),
        local: None,
        dice: 0,
        tasks: Default::default(),
        conversations: Default::default(),
        place: std::sync::Arc::new(()),
        stop: Default::default(),
        meters: Arc::default(),
        state: Arc::default(),
        memo: Mutex::default(),
    }
}
