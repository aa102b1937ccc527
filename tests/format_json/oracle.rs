//! What does serde_json find in a document? Every key and value in order, duplicates too.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A key or a scalar, decoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    Key(String),
    Text(String),
    Number(serde_json::Number),
    Word(bool),
}

/// What stands in a document; none if serde_json does not accept it.
pub(crate) fn walk(document: &[u8]) -> Option<Vec<Found>> {
    serde_json::from_slice::<Walk>(document).ok().map(|walk| walk.0)
}

struct Walk(Vec<Found>);

impl<'de> Deserialize<'de> for Walk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walker)
    }
}

struct Walker;

impl<'de> Visitor<'de> for Walker {
    type Value = Walk;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, word: bool) -> Result<Walk, E> {
        Ok(Walk(vec![Found::Word(word)]))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Walk, E> {
        Ok(Walk(vec![Found::Number(number.into())]))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Walk, E> {
        Ok(Walk(vec![Found::Number(number.into())]))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Walk, E> {
        let number = serde_json::Number::from_f64(number).expect("JSON has no infinity");
        Ok(Walk(vec![Found::Number(number)]))
    }

    fn visit_str<E>(self, text: &str) -> Result<Walk, E> {
        Ok(Walk(vec![Found::Text(text.to_owned())]))
    }

    fn visit_unit<E>(self) -> Result<Walk, E> {
        Ok(Walk(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Walk, A::Error> {
        let mut found = Vec::new();
        while let Some(Walk(element)) = elements.next_element()? {
            found.extend(element);
        }
        Ok(Walk(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Walk, A::Error> {
        let mut found = Vec::new();
        while let Some((key, Walk(value))) = entries.next_entry()? {
            found.push(Found::Key(key));
            found.extend(value);
        }
        Ok(Walk(found))
    }
}
