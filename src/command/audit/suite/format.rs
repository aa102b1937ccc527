//! How does a text stand in a payload of each format?

use crate::command::audit::probe::Ask;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A text in a payload.
pub(super) struct Wrapped {
    /// What the format is called.
    pub(super) format: &'static str,
    /// The request that carries it.
    pub(super) ask: Ask,
    /// The personal part as this format spells it.
    pub(super) spelt: String,
}

/// `text` in every format; `part` is what is personal in it.
pub(super) fn every(text: &str, part: &str) -> Vec<Wrapped> {
    let json = |text: &str| format!("{{\"id\":7,\"content\":{}}}", quoted(text));
    let nested =
        |text: &str| format!("{{\"command\":\"message\",\"data\":{}}}", quoted(&json(text)));
    let form = |text: &str| format!("id=7&content={}", percent(text));
    let html = |text: &str| format!("<div><p>{}</p></div>", entities(text));
    let xml = |text: &str| {
        format!("<?xml version=\"1.0\"?>\n<message><content>{}</content></message>", entities(text))
    };
    let body = |format, media_type, body: String, spelt: String| Wrapped {
        format,
        ask: Ask::body(media_type, body),
        spelt,
    };
    let once = inner(part);
    let mut coded = Ask::body("application/json", gzipped(json(text).as_bytes()));
    coded.fields.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
    let page = format!("https://shop.example.org/?content={}", percent(text));
    vec![
        body("JSON", "application/json", json(text), once.clone()),
        body(
            "JSON, escaped",
            "application/json",
            format!("{{\"content\":\"{}\"}}", escaped(text)),
            escaped(part),
        ),
        body("JSON in JSON", "application/json", nested(text), inner(&once)),
        body("form", "application/x-www-form-urlencoded", form(text), percent(part)),
        body(
            "multipart",
            "multipart/form-data; boundary=AaBbCc",
            format!(
                "--AaBbCc\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\n{text}\r\n--AaBbCc--\r\n"
            ),
            part.to_owned(),
        ),
        body("text", "text/plain; charset=utf-8", text.to_owned(), part.to_owned()),
        body("HTML", "text/html; charset=utf-8", html(text), entities(part)),
        body("XML", "application/xml", xml(text), entities(part)),
        Wrapped { format: "gzip", ask: coded, spelt: once.clone() },
        Wrapped {
            format: "query",
            ask: Ask::query(format!("content={}", percent(text))),
            spelt: percent(part),
        },
        Wrapped { format: "referer", ask: Ask::field("Referer", page), spelt: percent(part) },
        Wrapped { format: "message, JSON", ask: Ask::message(json(text)), spelt: once.clone() },
        Wrapped { format: "message, nested", ask: Ask::message(nested(text)), spelt: inner(&once) },
        Wrapped { format: "message, text", ask: Ask::message(text), spelt: part.to_owned() },
    ]
}

/// As a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// As in a JSON string, without its quotes.
fn inner(text: &str) -> String {
    let quoted = quoted(text);
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// As in a JSON string of which every character is escaped.
fn escaped(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// As in a form or a query: everything but letters and digits is escaped.
fn percent(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// As in markup.
fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes everything")
}
