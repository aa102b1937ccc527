//! What the backend is told of a visitor, as header fields ready to write.

use crate::address::country::CountryDb;
use crate::address::recording::Moment;
use crate::address::scan::Scan;
use crate::address::{Client, Disclosure, Mode};
use crate::policy::{Property, Upstream};
use crate::proxy::bans::Handle;
use http::{HeaderName, HeaderValue};

/// In which fields an upstream reads what it may know.
#[derive(Clone, Debug)]
pub struct Carrier {
    address: Vec<(HeaderName, bool)>,
    sealed: Option<HeaderName>,
    country: Option<HeaderName>,
}

impl Carrier {
    /// The fields that this upstream reads. A name that is no field name is left out: the
    /// configuration has refused it long before.
    pub fn new(upstream: &Upstream) -> Self {
        let name = |text: &str| HeaderName::from_bytes(text.as_bytes()).ok();
        Self {
            address: upstream
                .address_fields
                .iter()
                .filter_map(|field| Some((name(&field.name)?, field.forwarded)))
                .collect(),
            sealed: name(&upstream.sealed_field),
            country: name(&upstream.country_field),
        }
    }
}

/// What the backend is told of one visitor of one property.
#[derive(Debug)]
pub struct Told {
    /// The mode that decided.
    pub mode: Mode,
    /// Fields to write, each once.
    pub fields: Vec<(HeaderName, HeaderValue)>,
    /// How other values are searched for the address; `None` where it may be known, or is not.
    pub scan: Option<Scan>,
    /// What stands in for the address where another value holds it.
    pub replacement: String,
    /// By what the backend knows the visitor; `None` where it does not.
    pub handle: Option<Handle>,
}

impl Told {
    /// What `carrier` tells of `client`, who asks for something of `property`. The country is
    /// told where the property wants it and there is a database to ask. The moment's secret is
    /// the one of this number.
    pub fn new(
        carrier: Option<&Carrier>,
        countries: Option<&CountryDb>,
        client: Client,
        property: &Property,
        (moment, secret): (&Moment<'_>, u64),
    ) -> Self {
        let recording = &property.policy.recording;
        let disclosure = recording.disclose(client, moment);
        let mut fields = Vec::new();
        if let Some(carrier) = carrier {
            carrier.write(&disclosure, &mut fields);
            if let (true, Client::Known(visitor)) = (property.policy.country, client)
                && let Some(country) = countries.and_then(|countries| countries.country(visitor))
                && let Some(name) = &carrier.country
            {
                push(&mut fields, name, country.as_str());
            }
        }
        let mode = recording.mode();
        let scan = match client {
            Client::Known(visitor) if mode != Mode::Full => Some(Scan::new(visitor)),
            _ => None,
        };
        let replacement = disclosure.scan_replacement().as_str().to_owned();
        Self { mode, fields, scan, replacement, handle: Handle::told(&disclosure, mode, secret) }
    }
}

impl Carrier {
    fn write(&self, disclosure: &Disclosure, fields: &mut Vec<(HeaderName, HeaderValue)>) {
        if let Some(address) = disclosure.address_text() {
            let forwarded = disclosure.forwarded();
            for (name, is_forwarded) in &self.address {
                push(
                    fields,
                    name,
                    if *is_forwarded { forwarded.as_str() } else { address.as_str() },
                );
            }
        }
        if let (Some(name), Some(sealed)) = (&self.sealed, disclosure.sealed()) {
            push(fields, name, sealed);
        }
    }
}

fn push(fields: &mut Vec<(HeaderName, HeaderValue)>, name: &HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        fields.push((name.clone(), value));
    }
}
