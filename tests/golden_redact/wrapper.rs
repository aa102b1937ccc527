//! Ways in which a text may travel, each with a decoder of its own: none of what redaction uses
//! to read them is used to judge it.

use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use std::fmt::Write;

/// A way in which a text may travel.
pub(crate) struct Wrapper {
    pub(crate) name: &'static str,
    pub(crate) content: fn() -> Content,
    pub(crate) charset: Charset,
    pub(crate) wrap: fn(&str) -> Vec<u8>,
    pub(crate) unwrap: fn(&[u8]) -> String,
    /// Whether a text of several lines travels in one piece.
    pub(crate) has_lines: bool,
}

pub(crate) const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        name: "a JSON string",
        content: || Content::Json,
        charset: Charset::Utf8,
        wrap: |text| json(text).into_bytes(),
        unwrap: |bytes| from_json(bytes),
        has_lines: true,
    },
    Wrapper {
        name: "an escaped JSON string",
        content: || Content::Json,
        charset: Charset::Utf8,
        wrap: |text| {
            let escapes: String =
                text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("{{\"m\":\"{escapes}\"}}").into_bytes()
        },
        unwrap: |bytes| from_json(bytes),
        has_lines: true,
    },
    Wrapper {
        name: "JSON in a JSON string",
        content: || Content::Json,
        charset: Charset::Utf8,
        wrap: |text| json(&json(text)).into_bytes(),
        unwrap: |bytes| from_json(from_json(bytes).as_bytes()),
        has_lines: true,
    },
    Wrapper {
        name: "a form",
        content: || Content::Form,
        charset: Charset::Utf8,
        wrap: |text| form(text, |byte| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte)),
        unwrap: from_form,
        has_lines: true,
    },
    Wrapper {
        name: "a form, every byte encoded",
        content: || Content::Form,
        charset: Charset::Utf8,
        wrap: |text| form(text, |_| false),
        unwrap: from_form,
        has_lines: true,
    },
    Wrapper {
        name: "a part of a multipart body",
        content: || Content::Multipart { boundary: b"--x".to_vec() },
        charset: Charset::Utf8,
        wrap: |text| format!("{PART_BEGIN}{text}{PART_END}").into_bytes(),
        unwrap: |bytes| between(utf8(bytes), PART_BEGIN, PART_END),
        has_lines: true,
    },
    Wrapper {
        name: "HTML, every character an entity",
        content: || Content::Markup,
        charset: Charset::Utf8,
        wrap: |text| {
            let entities: String = text.chars().map(|c| format!("&#{};", u32::from(c))).collect();
            format!("<p>{entities}</p>").into_bytes()
        },
        unwrap: |bytes| from_entities(&between(utf8(bytes), "<p>", "</p>")),
        has_lines: true,
    },
    Wrapper {
        name: "a line of an event",
        content: || Content::EventStream,
        charset: Charset::Utf8,
        wrap: |text| format!("data: {text}\n\n").into_bytes(),
        unwrap: |bytes| between(utf8(bytes), "data: ", "\n\n"),
        has_lines: false,
    },
    Wrapper {
        name: "text in UTF-16",
        content: || Content::Text,
        charset: Charset::Utf16Le,
        wrap: |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        unwrap: |bytes| {
            let (units, rest) = bytes.as_chunks();
            assert!(rest.is_empty(), "half a unit");
            let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            String::from_utf16(&units).expect("UTF-16")
        },
        has_lines: true,
    },
];

const PART_BEGIN: &str = "----x\r\nContent-Disposition: form-data; name=\"m\"\r\n\r\n";
const PART_END: &str = "\r\n----x--\r\n";

fn json(text: &str) -> String {
    serde_json::json!({ "m": text }).to_string()
}

/// The one value; what was removed is nothing.
fn from_json(bytes: &[u8]) -> String {
    let object: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
    object["m"].as_str().unwrap_or_default().to_owned()
}

fn form(text: &str, stays: fn(u8) -> bool) -> Vec<u8> {
    let mut out = "m=".to_owned();
    for byte in text.bytes() {
        match byte {
            _ if stays(byte) => out.push(char::from(byte)),
            b' ' if stays(b'a') => out.push('+'),
            _ => write!(out, "%{byte:02X}").expect("room"),
        }
    }
    out.into_bytes()
}

fn from_form(bytes: &[u8]) -> String {
    let mut value = bytes.strip_prefix(b"m=").expect("its name").iter();
    let mut out = Vec::new();
    while let Some(&byte) = value.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [value.next(), value.next()].map(|digit| *digit.expect("a digit"));
                let digits = str::from_utf8(&digits).expect("digits");
                u8::from_str_radix(digits, 16).expect("digits")
            }
            byte => byte,
        });
    }
    String::from_utf8(out).expect("UTF-8")
}

fn from_entities(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        let (number, after) = after.split_once(';').expect("its end");
        out.push_str(before);
        out.extend(number.parse().ok().and_then(char::from_u32));
        rest = after;
    }
    out + rest
}

fn utf8(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("UTF-8")
}

fn between(text: &str, before: &str, after: &str) -> String {
    let inside = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    inside.expect("what stands around it").to_owned()
}
