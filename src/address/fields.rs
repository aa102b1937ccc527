//! Which header fields can carry a visitor's address?

/// What a field can tell of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The address itself, or an element of its path.
    Address,
    /// A place derived from the address.
    Place,
    /// An identifier that a CDN keeps beside the address in its own log.
    Correlation,
}

/// The built-in names and those that the operator adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressFields {
    extra: Vec<String>,
}

impl AddressFields {
    /// The built-in list and these names (any case, `_` equal to `-`).
    pub fn new<I: IntoIterator<Item = String>>(extra: I) -> Self {
        Self { extra: extra.into_iter().collect() }
    }
    /// What the field of this name can tell; `None` for any other field.
    pub fn tells(&self, name: &[u8]) -> Option<Tells> {
        let _ = name;
        None
    }
}
