//! The single values of a configuration file, as typed: still text, with the place where they stood.
//!
//! Each kind of text carries its noun and examples, so that the schema, and every message
//! that has to say what was expected, use the same words.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// A value and the bytes of the text in which it stood.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// Byte range in the text that was read.
    pub at: Range<usize>,
    /// What stood there.
    pub value: T,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { at: spanned.span(), value: spanned.into_inner() })
    }
}

/// A place is no part of the format: the schema is that of the value.
impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug)]
pub struct OneOrMany<T>(pub Vec<Placed<T>>);

impl<'de, T: Deserialize<'de> + From<String>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Reads either form; a single value learns its place from the `Spanned` around it.
        struct Either<T>(PhantomData<T>);
        enum Read<T> {
            One(T),
            Many(Vec<Placed<T>>),
        }
        impl<'de, T: Deserialize<'de> + From<String>> Visitor<'de> for Either<T> {
            type Value = Read<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Read::One(T::from(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut many = Vec::new();
                while let Some(item) = seq.next_element()? {
                    many.push(item);
                }
                Ok(Read::Many(many))
            }
        }
        impl<'de, T: Deserialize<'de> + From<String>> Deserialize<'de> for Read<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Either(PhantomData))
            }
        }
        let read = Placed::<Read<T>>::deserialize(deserializer)?;
        Ok(Self(match read.value {
            Read::One(value) => vec![Placed { at: read.at, value }],
            Read::Many(many) => many,
        }))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        let many = generator.subschema_for::<Vec<T>>();
        json_schema!({ "anyOf": [one, many] })
    }
}

/// A table whose keys are names of something, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct ByName<T>(pub Vec<(String, Placed<T>)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByName<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = ByName<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(ByName(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for ByName<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("ByName_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let each = generator.subschema_for::<T>();
        json_schema!({ "type": "object", "additionalProperties": each })
    }
}

/// Defines a kind of text by its noun and its examples.
macro_rules! kind_of_text {
    ($(#[$doc:meta])* $name:ident, $noun:literal, [$($example:literal),+]) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub String);

        impl $name {
            /// What such a text is called in messages and in the schema.
            pub const NOUN: &'static str = $noun;
            /// Texts of this kind.
            pub const EXAMPLES: &'static [&'static str] = &[$($example),+];
            /// What a message says was expected.
            pub fn expected() -> String {
                such_as(Self::NOUN, Self::EXAMPLES)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "title": $noun, "type": "string", "examples": [$($example),+] })
            }
        }
    };
}

kind_of_text!(
    /// A length of time: a whole number and `ms`, `s`, `m`, `h` or `d`.
    Time, "a duration", ["500ms", "10s", "24h"]
);
kind_of_text!(
    /// An address and a port to bind.
    BindAddress, "an address and a port", ["0.0.0.0:8443", "[::]:8443"]
);
kind_of_text!(
    /// An address and a port to bind, or `unix:` with the path of a socket.
    AdminBind, "an address and a port, or unix: and a path", ["127.0.0.1:9464", "unix:/run/cloakroom/admin.sock"]
);
kind_of_text!(
    /// A network in CIDR notation, or a single address.
    Network, "a network", ["10.0.0.0/8", "2001:db8::/32"]
);
kind_of_text!(
    /// The name of a header field (RFC 9110 §5.1), in any case.
    FieldName, "a field name", ["x-forwarded-for", "x-real-ip"]
);
kind_of_text!(
    /// A file or a directory; a relative path starts at the main configuration file's directory.
    FilePath, "a path", ["certs/chat.pem", "/var/lib/cloakroom"]
);
kind_of_text!(
    /// A server: `http://`, `https://` with host and port, or `unix:` with the path of a socket.
    ServerUrl, "a server", ["http://127.0.0.1:3000", "https://chat.internal", "unix:/run/chat.sock"]
);
kind_of_text!(
    /// A host name; `*.` at its beginning stands for all names below.
    HostName, "a host name", ["shop.example.org", "*.shop.example.org"]
);
kind_of_text!(
    /// A path with one `{property}` segment; `*` is any segment, `**` at the end any number.
    PathText, "a path with {property}", ["/public/api/v1/inboxes/{property}/**"]
);
kind_of_text!(
    /// A kind of personal data, `group:` and a group of them, `default` or `all`; `-` before it
    /// takes out.
    KindName, "a kind or a group", ["email", "group:de", "-vin"]
);
kind_of_text!(
    /// A country by its two letters (ISO 3166-1).
    Country, "a country's two letters", ["DE", "US"]
);
kind_of_text!(
    /// A domain name without a wildcard.
    DomainName, "a domain", ["example.org", "internal"]
);
kind_of_text!(
    /// A regular expression in the syntax of Rust's `regex` crate.
    Regex, "a regular expression", ["ORD-[0-9]{8}"]
);
kind_of_text!(
    /// A place in a payload, by the names that lead there.
    PayloadPath, "a path of names", ["contact.email", "messages[*].text"]
);

/// A number of bytes: a whole number, or a text with `KiB`, `MiB` or `GiB`.
#[derive(Clone, Debug)]
pub enum Size {
    /// Bytes.
    Number(i64),
    /// Bytes with a unit.
    Text(String),
}

impl Size {
    /// What a size is called in messages and in the schema.
    pub const NOUN: &'static str = "a size in bytes";

    /// What a message says was expected.
    pub fn expected() -> String {
        format!("{} such as 65536, \"64KiB\" or \"1MiB\"", Self::NOUN)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Size;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Size::NOUN)
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Size, E> {
                Ok(Size::Number(number))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
                Ok(Size::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": Self::NOUN,
            "type": ["integer", "string"],
            "minimum": 0,
            "examples": [65536, "64KiB", "1MiB"]
        })
    }
}

/// `a network such as "10.0.0.0/8" or "2001:db8::/32"`
pub fn such_as(noun: &str, examples: &[&str]) -> String {
    let quoted: Vec<String> = examples.iter().map(|text| format!("{text:?}")).collect();
    format!("{noun} such as {}", either(&quoted))
}

/// `a, b or c`
pub fn either<S: AsRef<str>>(choices: &[S]) -> String {
    let mut out = String::new();
    for (index, choice) in choices.iter().enumerate() {
        if index > 0 {
            out.push_str(if index + 1 == choices.len() { " or " } else { ", " });
        }
        out.push_str(choice.as_ref());
    }
    out
}
