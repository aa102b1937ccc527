//! Random payloads: bytes, pieces of what redaction looks for and of how it is written, and JSON
//! of which it is known what becomes of it.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// What no default kind takes.
    Harmless(&'static str),
    /// What this default kind takes.
    Personal { kind: &'static str, text: &'static str },
}

impl Piece {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Harmless(text) | Self::Personal { text, .. } => text,
        }
    }

    pub(crate) fn labelled(&self) -> String {
        match self {
            Self::Harmless(text) => (*text).to_owned(),
            Self::Personal { kind, .. } => format!("[{kind}]"),
        }
    }
}

/// Words and values in turn: values stand apart, as people write them.
pub(crate) fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let harmless = prop::sample::select(HARMLESS);
    let personal = prop::sample::select(PERSONAL);
    let pair = (harmless, prop::option::of(personal));
    prop::collection::vec(pair, 0..8).prop_map(|pairs| {
        let mut pieces = Vec::new();
        for (words, value) in pairs {
            pieces.push(Piece::Harmless(words));
            pieces.extend(value.map(|(kind, text)| Piece::Personal { kind, text }));
            pieces.push(Piece::Harmless(" ; "));
        }
        pieces
    })
}

/// Bytes; and pieces of anything, one behind the other.
pub(crate) fn anything() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        4 => prop::sample::select(FRAGMENTS).prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(PERSONAL).prop_map(|(_, text)| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        1 => "[ -~]{1,6}".prop_map(String::into_bytes),
    ];
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..120),
        6 => prop::collection::vec(fragment, 0..14).prop_map(|parts| parts.concat()),
        1 => document().prop_map(|(before, _)| before.to_string().into_bytes()),
    ]
}

/// A document, and what becomes of it under the default kinds.
pub(crate) fn document() -> impl Strategy<Value = (Value, Value)> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-100_000_i64..100_000).prop_map(Value::from),
        Just(Value::from(1_790_669_742_123_u64)),
    ];
    let same = leaf.prop_map(|value| (value.clone(), value));
    let number = Just((Value::from(4_111_111_111_111_111_u64), Value::from("[payment-card]")));
    let text = pieces().prop_map(|pieces| {
        let before: String = pieces.iter().map(Piece::text).collect();
        let after: String = pieces.iter().map(Piece::labelled).collect();
        (Value::from(before), Value::from(after))
    });
    prop_oneof![3 => same, 1 => number, 6 => text].prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                let (before, after): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (Value::from(before), Value::from(after))
            }),
            prop::collection::vec((key(), inner), 0..4).prop_map(|members| {
                let (mut before, mut after) = (Map::new(), Map::new());
                for ((key, labelled), (old, new)) in members {
                    before.insert(key.to_owned(), old);
                    after.insert(labelled.to_owned(), new);
                }
                (Value::from(before), Value::from(after))
            }),
        ]
    })
}

/// A key, and what becomes of it. Only one is personal: two would be one.
fn key() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(&[
        ("content", "content"),
        ("data", "data"),
        ("items", "items"),
        ("\u{fc}\"\\", "\u{fc}\"\\"),
        ("ann@example.org", "[email]"),
    ])
}

/// How strings are written: which characters are escaped, and what stands between the tokens.
#[derive(Clone, Debug)]
pub(crate) struct Forms {
    escaped: Vec<bool>,
    space: &'static str,
}

pub(crate) fn forms() -> impl Strategy<Value = Forms> {
    let escaped = prop::collection::vec(prop::bool::weighted(0.2), 1..40);
    let space = prop::sample::select(&["", " ", "\n  ", "\t\r\n"]);
    (escaped, space).prop_map(|(escaped, space)| Forms { escaped, space })
}

impl Forms {
    /// The document so written.
    pub(crate) fn write(&self, value: &Value) -> String {
        let mut dice = self.escaped.iter().copied().cycle();
        let mut out = self.space.to_owned();
        self.value(value, &mut dice, &mut out);
        out + self.space
    }

    fn value(&self, value: &Value, dice: &mut impl Iterator<Item = bool>, out: &mut String) {
        match value {
            Value::String(text) => string(text, dice, out),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.between(index, out);
                    self.value(item, dice, out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, (key, item)) in members.iter().enumerate() {
                    self.between(index, out);
                    string(key, dice, out);
                    out.push_str(self.space);
                    out.push(':');
                    out.push_str(self.space);
                    self.value(item, dice, out);
                }
                out.push('}');
            }
            plain => out.push_str(&plain.to_string()),
        }
    }

    fn between(&self, index: usize, out: &mut String) {
        if index > 0 {
            out.push(',');
        }
        out.push_str(self.space);
    }
}

fn string(text: &str, dice: &mut impl Iterator<Item = bool>, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if dice.next().unwrap_or_default() {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        } else if character == '/' {
            out.push_str("\\/");
        } else {
            let quoted = Value::from(character.to_string()).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    out.push('"');
}

const PERSONAL: &[(&str, &str)] = &[
    ("email", "ann@example.org"),
    ("email", "ann.lee+chat@example.org"),
    ("email", "j\u{fc}rgen@example.org"),
    ("phone", "+44 20 7946 0018"),
    ("phone", "+1 (212) 555-0142"),
    ("payment-card", "4111 1111 1111 1111"),
    ("payment-card", "5555-5555-5555-4444"),
    ("payment-card", "4111\u{a0}1111\u{2013}1111\u{200b} 1111"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("ip-address", "203.0.113.77"),
    ("ip-address", "2001:db8::7"),
    ("ip-address", "[2001:db8::7]:443"),
    ("aws-key", "AKIAIOSFODNN7EXAMPLE"),
    ("url-credentials", "https://ann:s3cret@"),
];

const HARMLESS: &[&str] = &[
    "write to ",
    "call ",
    "my card is ",
    "order 20260929-0001, ",
    "at 10:15:42 on 2026-09-29 ",
    "1790669742123 ",
    "b1c2d3e4-1111-4222-8333-444455556666 ",
    "Gr\u{fc}\u{df}e \u{1f600} ",
    "\u{65e5}\u{672c}\u{8a9e} ",
    "C++ a::b v1.2.3 ",
    "19,99 \u{20ac} (",
    "\"",
    "5 < 6 & 7 > 3 \\ ",
    "",
];

/// Pieces of payloads that mean something to somebody.
const FRAGMENTS: &[&str] = &[
    "{\"",
    "\":\"",
    "\",\"",
    "\"}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0040",
    "\\u00",
    "\\ud83d\\ude00",
    "\\\"",
    "\\n",
    "null",
    "-12.5e3",
    "4111111111111111",
    "a",
    "b",
    "c",
    "d",
    "a=",
    "&b.a=",
    "&",
    "=",
    "+",
    "%40",
    "%4",
    "%",
    "%2540",
    "&#64;",
    "&#x40;",
    "&commat;",
    "&nbsp;",
    "&lt;",
    "<b>",
    "</b>",
    "<p>",
    "<a href=\"",
    "\">",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<script>",
    "--b",
    "--b\r\n",
    "\r\n--b\r\n",
    "\r\n--b--",
    "\r\n\r\n",
    "\r\n",
    "\n",
    "\n\n",
    "Content-Disposition: form-data; name=\"a\"",
    "; filename=\"",
    "Content-Type: application/json",
    "Content-Type: image/png",
    "Content-Transfer-Encoding: base64",
    "data: ",
    "data:",
    "id: ",
    "event: ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "MIIEvQIBADAN",
    "data:image/png;base64,",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln",
    "passport ",
    "card ",
    "phone: ",
    "123-45-6789",
    "12.03.1984",
    "born ",
    "ORD-1234",
    "\u{e4}\u{df}z",
    "\u{200b}",
    "\u{a0}",
    "\u{2013}",
    "\u{ff20}",
    "\u{feff}",
    "\u{661}\u{662}",
    "@",
    "@example.org",
    "ann",
    ".",
    "-",
    " ",
    "  ",
    "://",
    "https://ann:x@h",
    "1",
    "2345678",
    "[email]",
    "[",
    "::",
    "fe80::1",
];
