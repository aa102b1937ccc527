//! In which country does a database place a visitor?
//!
//! Computed before the address is dropped, for properties that ask for it, whatever their
//! recording mode.

use super::visitor::VisitorAddr;
use maxminddb::{MaxMindDbError, PathElement, Reader, WithinOptions};
use std::fmt;

/// A country database in MaxMind's format (MMDB 2.0), held whole: GeoLite2 and GeoIP2 Country
/// and City, DB-IP, and others that keep the code under `country.iso_code`.
pub struct CountryDb(Reader<Vec<u8>>);

impl CountryDb {
    /// Takes the bytes of a file and reads every record of it once, so that a damaged file
    /// is refused here and not met by a visitor. Takes up to a second for a City file.
    pub fn from_bytes(file: Vec<u8>) -> Result<Self, BadCountryDb> {
        let reader = Reader::from_source(file)?;
        // A tree of n nodes has n + 1 leaves. A damaged one may lead back into itself; the
        // factor leaves room for the few ranges that a sound one lists twice (6to4, Teredo).
        let most = (reader.metadata().node_count as usize).saturating_mul(3).saturating_add(1);
        let mut countries = 0usize;
        let everything = WithinOptions::default().include_networks_without_data();
        for (met, network) in reader.networks(everything)?.enumerate() {
            if met > most {
                return Err(BadCountryDb::Damaged);
            }
            let found: Option<&str> = network?.decode_path(&CODE)?;
            countries += usize::from(found.and_then(Country::new).is_some());
        }
        if countries == 0 {
            return Err(BadCountryDb::NoCountries);
        }
        Ok(Self(reader))
    }

    /// The visitor's country; `None` where the database does not know.
    pub fn country(&self, visitor: VisitorAddr) -> Option<Country> {
        let found: Option<&str> = self.0.lookup(visitor.reveal()).ok()?.decode_path(&CODE).ok()?;
        found.and_then(Country::new)
    }
}

impl fmt::Debug for CountryDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metadata = self.0.metadata();
        write!(f, "CountryDb({}, {})", metadata.database_type, metadata.build_epoch)
    }
}

const CODE: [PathElement<'static>; 2] = [PathElement::Key("country"), PathElement::Key("iso_code")];

/// An ISO 3166-1 alpha-2 code, upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Takes two ASCII letters.
    pub fn new(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        // ASCII by construction, so this is never the empty default.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a file is not a usable country database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCountryDb {
    /// It is not in MaxMind's format, cut short or damaged.
    Damaged,
    /// It is in order, but no record has a `country.iso_code`; an ASN database for example.
    NoCountries,
}

/// The library's message quotes the file; ours does not.
impl From<MaxMindDbError> for BadCountryDb {
    fn from(_: MaxMindDbError) -> Self {
        Self::Damaged
    }
}

impl fmt::Display for BadCountryDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "expected an undamaged database in MaxMind's format (.mmdb)",
            Self::NoCountries => {
                "expected a database with countries (GeoLite2 Country or City, \
                                  DB-IP): no record has a country.iso_code"
            }
        })
    }
}

impl std::error::Error for BadCountryDb {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_letters() {
        for (code, country) in [
            ("DE", Some("DE")),
            ("fr", Some("FR")),
            ("", None),
            ("DEU", None),
            ("D1", None),
            ("é", None),
        ] {
            assert_eq!(Country::new(code).as_ref().map(Country::as_str), country, "{code}");
        }
    }
}
