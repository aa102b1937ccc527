//! Which property does a request belong to?
//!
//! Every source is asked, not only the first that answers: a request that names two
//! properties is an attack or a bug, and is refused. Look-up is one hash per claim,
//! however many properties there are.

use super::property::{Property, UnknownProperty};
use super::source::{RequestView, Source};
use std::collections::HashMap;
use std::sync::Arc;

/// All properties, by the keys and hosts that name them.
#[derive(Debug)]
pub struct Book {
    sources: Vec<Source>,
    properties: Vec<Property>,
    by_key: HashMap<Arc<str>, u32>,
    by_host: HashMap<Box<str>, u32>,
    unknown: UnknownProperty,
}

/// What a request's sources say, taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// All that speak name this property; the source is the first that did.
    Property(&'a Property, &'a Source),
    /// No source speaks.
    Silent,
    /// A source speaks, and nobody knows the key that it names.
    Unknown(&'a Source),
    /// Two sources, or two values of one, name different properties.
    Conflict(&'a Source, &'a Source),
}

impl Book {
    /// A book to fill. Sources are asked in this order.
    pub fn builder(sources: Vec<Source>, unknown: UnknownProperty) -> BookBuilder {
        BookBuilder {
            book: Self {
                sources,
                properties: Vec::new(),
                by_key: HashMap::new(),
                by_host: HashMap::new(),
                unknown,
            },
        }
    }

    /// What the request's sources say. A host that is in nobody's list says nothing; an
    /// unknown key anywhere else is a claim, and disagrees with a known one.
    pub fn find(&self, request: &dyn RequestView) -> Found<'_> {
        let mut found = Found::Silent;
        for source in &self.sources {
            source.claims(request, &mut |key| {
                let claimed = match source {
                    Source::Host => match self.host(key) {
                        None => return,
                        named => named,
                    },
                    _ => self.by_key.get(key).copied(),
                };
                let claimed = claimed.and_then(|index| self.properties.get(index as usize));
                found = match (found, claimed) {
                    (Found::Silent, Some(property)) => Found::Property(property, source),
                    (Found::Silent, None) => Found::Unknown(source),
                    (Found::Property(a, first), Some(b)) if !std::ptr::eq(a, b) => {
                        Found::Conflict(first, source)
                    }
                    (Found::Property(_, first), None) | (Found::Unknown(first), Some(_)) => {
                        Found::Conflict(first, source)
                    }
                    (same, _) => same,
                };
            });
        }
        found
    }

    /// The property of this host name: its own entry, or the nearest `*.` above it.
    fn host(&self, name: &str) -> Option<u32> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let lower;
        let name = if name.bytes().any(|b| b.is_ascii_uppercase()) {
            lower = name.to_ascii_lowercase();
            &lower
        } else {
            name
        };
        if let Some(&index) = self.by_host.get(name) {
            return Some(index);
        }
        // A wildcard is stored as its part from the dot on, which no whole name begins with.
        let mut rest = name;
        while let Some(dot) = rest.get(1..).and_then(|tail| tail.find('.')) {
            rest = &rest[dot + 1..];
            if let Some(&index) = self.by_host.get(rest) {
                return Some(index);
            }
        }
        None
    }

    /// What happens where no property is found.
    pub fn unknown(&self) -> &UnknownProperty {
        &self.unknown
    }

    /// Where requests name their property, in order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The sources that only a body can speak for, in order; a head alone is silent on them.
    /// Where there are any, [`Book::find`] has its last word with a
    /// [`WithBody`](super::source::WithBody).
    pub fn body_sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.is_in_body())
    }

    /// All properties, in the order in which they were configured.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }
}

/// A book that is being filled.
#[derive(Debug)]
pub struct BookBuilder {
    book: Book,
}

/// A key or a host that another property has already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The key or host.
    pub name: String,
    /// The property that has it.
    pub by: Arc<str>,
}

impl BookBuilder {
    /// Adds a property under its keys and hosts (`*.example.org` for all names below).
    /// On an error nothing of the property was added.
    pub fn add(
        &mut self,
        property: Property,
        keys: &[Arc<str>],
        hosts: &[String],
    ) -> Result<(), Taken> {
        let book = &mut self.book;
        let hosts: Vec<Box<str>> = hosts.iter().map(|h| host_key(h)).collect();
        let owner = |index: &u32| Arc::clone(&book.properties[*index as usize].id);
        for key in keys {
            if let Some(index) = book.by_key.get(key) {
                return Err(Taken { name: key.to_string(), by: owner(index) });
            }
        }
        for key in &hosts {
            if let Some(index) = book.by_host.get(key) {
                return Err(Taken { name: key.to_string(), by: owner(index) });
            }
        }
        let index = u32::try_from(book.properties.len()).unwrap_or(u32::MAX);
        book.properties.push(property);
        book.by_key.extend(keys.iter().map(|key| (Arc::clone(key), index)));
        book.by_host.extend(hosts.into_iter().map(|host| (host, index)));
        Ok(())
    }

    /// The finished book, with no room to spare.
    pub fn build(mut self) -> Arc<Book> {
        self.book.properties.shrink_to_fit();
        self.book.by_key.shrink_to_fit();
        self.book.by_host.shrink_to_fit();
        Arc::new(self.book)
    }
}

fn host_key(host: &str) -> Box<str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_prefix('*').unwrap_or(host).to_ascii_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::json_place::JsonPlace;
    use crate::policy::property::Policy;
    use crate::policy::source::{PathPattern, Plucked, WithBody};

    struct Request<'a> {
        host: &'a str,
        path: &'a str,
        query: &'a str,
        fields: &'a [(&'a str, &'a str)],
    }

    impl RequestView for Request<'_> {
        fn host(&self) -> Option<&str> {
            Some(self.host)
        }
        fn path(&self) -> &str {
            self.path
        }
        fn query(&self) -> Option<&str> {
            Some(self.query)
        }
        fn field(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
            for (_, value) in self.fields.iter().filter(|(n, _)| *n == name) {
                each(value.as_bytes());
            }
        }
    }

    const PLAIN: Request<'_> =
        Request { host: "chat.example.org", path: "/", query: "", fields: &[] };

    #[test]
    fn every_source_can_name_a_property() {
        check(&Request { query: "a=1&website_token=shop-key", ..PLAIN }, "shop");
        check(&Request { query: "website%5Ftoken=shop%2Dkey", ..PLAIN }, "shop");
        check(&Request { path: "/inboxes/blog", ..PLAIN }, "blog");
        check(&Request { fields: &[("x-property", " blog ")], ..PLAIN }, "blog");
        check(&Request { fields: &[("cookie", "a=b; prop=\"blog\"")], ..PLAIN }, "blog");
        check(&Request { host: "SHOP.example.org.", ..PLAIN }, "shop");
        check(&Request { host: "a.b.blog.example.org", ..PLAIN }, "blog");
    }

    #[test]
    fn silence_and_an_unknown_key_are_told_apart() {
        check(&PLAIN, "silent");
        check(&Request { query: "website_token=", ..PLAIN }, "silent");
        check(&Request { query: "website_token=nobody", ..PLAIN }, "unknown");
        check(&Request { fields: &[("x-property", "\u{fffd}")], ..PLAIN }, "unknown");
        check(&Request { host: "blog.example.org", ..PLAIN }, "silent");
    }

    #[test]
    fn two_properties_in_one_request_are_a_conflict() {
        for query in [
            "website_token=shop-key&website_token=blog",
            "website_token=shop-key&website_token=nobody",
            "website_token=nobody&website_token=shop-key",
        ] {
            check(&Request { query, ..PLAIN }, "conflict");
        }
        check(
            &Request { host: "shop.example.org", query: "website_token=blog", ..PLAIN },
            "conflict",
        );
        check(
            &Request { host: "shop.example.org", query: "website_token=nobody", ..PLAIN },
            "conflict",
        );
        check(
            &Request { host: "shop.example.org", query: "website_token=shop-key", ..PLAIN },
            "shop",
        );
    }

    #[test]
    fn a_body_speaks_beside_its_head() {
        check_body(&PLAIN, &[], "silent");
        check_body(&PLAIN, &[(JSON, "blog")], "blog");
        check_body(&PLAIN, &[(FORM, "shop-key"), (FORM, "shop-key")], "shop");
        check_body(&PLAIN, &[(JSON, "")], "silent");
        check_body(&PLAIN, &[(JSON, "nobody")], "unknown");
        check_body(&PLAIN, &[(JSON, "blog"), (JSON, "shop-key")], "conflict");
        check_body(&PLAIN, &[(JSON, "blog"), (FORM, "shop-key")], "conflict");
        let query = Request { query: "website_token=shop-key", ..PLAIN };
        check_body(&query, &[], "shop");
        check_body(&query, &[(JSON, "shop-key")], "shop");
        check_body(&query, &[(JSON, "blog")], "conflict");
        check_body(&query, &[(FORM, "nobody")], "conflict");
        check_body(&query, &[(3, "blog")], "shop");
    }

    #[test]
    fn what_a_body_says_is_not_printed() {
        let source = Source::Form("token".into());
        let plucked = [Plucked { source: &source, value: b"ann".to_vec() }];
        let view = WithBody { head: &PLAIN, plucked: &plucked };
        assert_eq!(format!("{view:?}"), "WithBody { plucked: [form token: 3 bytes], .. }");
    }

    #[test]
    fn a_key_belongs_to_one_property() {
        let mut builder = Book::builder(vec![], UnknownProperty::Refuse);
        builder.add(property("a"), &["k".into()], &[]).expect("free");
        let taken = builder.add(property("b"), &["k".into()], &[]).expect_err("taken");
        assert_eq!((taken.name.as_str(), &*taken.by), ("k", "a"));
        assert_eq!(builder.build().properties().len(), 1);
    }

    #[track_caller]
    fn check(request: &Request<'_>, expected: &str) {
        assert_eq!(said(&book(), request), expected);
    }

    /// The values are plucked for the sources of these numbers.
    #[track_caller]
    fn check_body(request: &Request<'_>, values: &[(usize, &str)], expected: &str) {
        let book = book();
        let plucked: Vec<Plucked<'_>> = values
            .iter()
            .map(|(source, value)| Plucked {
                source: &book.sources()[*source],
                value: value.as_bytes().to_vec(),
            })
            .collect();
        let view = WithBody { head: request, plucked: &plucked };
        assert_eq!(said(&book, &view), expected);
        let in_body: Vec<_> = book.body_sources().collect();
        assert_eq!(in_body, [&book.sources()[JSON], &book.sources()[FORM]]);
    }

    /// Their numbers among the sources.
    const JSON: usize = 5;
    const FORM: usize = 6;

    fn book() -> Arc<Book> {
        let sources = vec![
            Source::Host,
            Source::Path(PathPattern::parse("/inboxes/{property}/**").expect("good pattern")),
            Source::Query("website_token".into()),
            Source::Header("x-property".into()),
            Source::Cookie("prop".into()),
            Source::Json(JsonPlace::at("contact.website_token")),
            Source::Form("website_token".into()),
        ];
        let mut builder = Book::builder(sources, UnknownProperty::Refuse);
        builder
            .add(property("shop"), &["shop-key".into()], &["shop.example.org".into()])
            .expect("free");
        builder
            .add(property("blog"), &["blog".into()], &["*.blog.example.org".into()])
            .expect("free");
        builder.build()
    }

    fn said<'b>(book: &'b Book, request: &dyn RequestView) -> &'b str {
        match book.find(request) {
            Found::Property(property, _) => &property.id,
            Found::Silent => "silent",
            Found::Unknown(_) => "unknown",
            Found::Conflict(..) => "conflict",
        }
    }

    fn property(id: &str) -> Property {
        Property { id: id.into(), policy: Arc::new(Policy::default()) }
    }
}
