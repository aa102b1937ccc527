//! Which property does a request belong to?
//!
//! Every source is asked, not only the first that answers: a request that names two
//! properties is an attack or a bug, and is refused. Look-up is one hash per claim,
//! however many properties there are. Tokens of [bindings](Binding) are asked after the
//! sources: they speak where they are known, and are silent where another one speaks.

use crate::policy::binding::{Binding, Tokens};
use crate::policy::property::{Policy, Property, UnknownProperty};
use crate::policy::source::{RequestView, Source};
use std::collections::HashMap;
use std::sync::Arc;

/// All properties, by the keys and hosts that name them.
#[derive(Debug)]
pub struct Book {
    sources: Vec<Source>,
    bindings: Vec<Binding>,
    /// Those of the sources and of what bindings show that lie in a body, each once.
    in_body: Vec<Source>,
    properties: Vec<Property>,
    by_id: HashMap<Arc<str>, u32>,
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
    /// A source speaks, and nobody knows the key or the token that it names.
    Unknown(&'a Source),
    /// Two sources, or two values of one, name different properties.
    Conflict(&'a Source, &'a Source),
}

impl Book {
    /// A book to fill. Sources are asked in this order.
    pub fn builder(sources: Vec<Source>, unknown: UnknownProperty) -> BookBuilder {
        BookBuilder {
            book: Self {
                in_body: sources.iter().filter(|source| source.is_in_body()).cloned().collect(),
                sources,
                bindings: Vec::new(),
                properties: Vec::new(),
                by_id: HashMap::new(),
                by_key: HashMap::new(),
                by_host: HashMap::new(),
                unknown,
            },
        }
    }

    /// What the request's sources say. A host that is in nobody's list says nothing; an
    /// unknown key anywhere else is a claim, and disagrees with a known one. A token that
    /// `tokens` knows is a claim; one that it does not know says nothing beside another claim,
    /// since a visitor's session outlives our memory, and alone is unknown.
    pub fn find(&self, request: &dyn RequestView, tokens: &mut dyn Tokens) -> Found<'_> {
        let found = self.named(request);
        if self.bindings.is_empty() { found } else { self.shown(request, found, tokens) }
    }

    /// What the sources say.
    fn named(&self, request: &dyn RequestView) -> Found<'_> {
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

    /// The same with what the tokens say that the request shows.
    fn shown<'a>(
        &'a self,
        request: &dyn RequestView,
        mut found: Found<'a>,
        tokens: &mut dyn Tokens,
    ) -> Found<'a> {
        let mut stranger = None;
        for binding in &self.bindings {
            for source in &binding.show {
                source.claims(request, &mut |token| {
                    let id = tokens.property_of(binding, token);
                    // A property may be gone since.
                    let Some(property) = id.and_then(|id| self.by_id(&id)) else {
                        stranger = stranger.or(Some(source));
                        return;
                    };
                    found = match found {
                        Found::Silent => Found::Property(property, source),
                        Found::Property(other, first) if !std::ptr::eq(other, property) => {
                            Found::Conflict(first, source)
                        }
                        Found::Unknown(first) => Found::Conflict(first, source),
                        same => same,
                    };
                });
            }
        }
        match (found, stranger) {
            (Found::Silent, Some(source)) => Found::Unknown(source),
            (found, _) => found,
        }
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

    /// Which tokens stand for a property, once a backend has handed them out.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The sources that only a body can speak for, those of bindings last and each once; a head
    /// alone is silent on them. Where there are any, [`Book::find`] has its last word with a
    /// [`WithBody`](crate::policy::WithBody).
    pub fn body_sources(&self) -> impl Iterator<Item = &Source> {
        self.in_body.iter()
    }

    /// The property of this id. Of several, the first.
    pub fn by_id(&self, id: &str) -> Option<&Property> {
        self.properties.get(*self.by_id.get(id)? as usize)
    }

    /// The policies of all properties, and of the unknown one where it is served. Properties that
    /// chose alike share one.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        let unknown = match &self.unknown {
            UnknownProperty::Serve(property) => Some(property),
            UnknownProperty::Refuse => None,
        };
        self.properties.iter().chain(unknown).map(|property| &*property.policy)
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
    /// Lets the tokens of these bindings stand for properties, too.
    pub fn with_bindings(mut self, bindings: Vec<Binding>) -> Self {
        let in_body = bindings.iter().flat_map(|binding| &binding.show);
        for source in in_body.filter(|source| source.is_in_body()) {
            if !self.book.in_body.contains(source) {
                self.book.in_body.push(source.clone());
            }
        }
        self.book.bindings = bindings;
        self
    }

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
        book.by_id.entry(Arc::clone(&property.id)).or_insert(index);
        book.properties.push(property);
        book.by_key.extend(keys.iter().map(|key| (Arc::clone(key), index)));
        book.by_host.extend(hosts.into_iter().map(|host| (host, index)));
        Ok(())
    }

    /// The finished book, with no room to spare.
    pub fn build(mut self) -> Arc<Book> {
        self.book.properties.shrink_to_fit();
        self.book.by_id.shrink_to_fit();
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
mod tests;
