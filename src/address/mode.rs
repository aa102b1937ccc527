//! What are the recording modes called, and which is stricter?

use std::fmt;
use std::str::FromStr;

/// The name of a recording mode, strictest first: `a < b` says that `a` is the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// No address at all.
    Off,
    /// A keyed stand-in, stable for one period and one property.
    Pseudonym,
    /// The network only.
    Truncate,
    /// A pseudonym, and the true address encrypted beside it.
    Sealed,
    /// The address.
    Full,
}

impl Mode {
    /// Every mode, strictest first.
    pub const ALL: [Self; 5] =
        [Self::Off, Self::Pseudonym, Self::Truncate, Self::Sealed, Self::Full];

    /// The name that configuration, logs and metrics use. It also enters the keys of
    /// pseudonyms: renaming a mode renames every visitor.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Pseudonym => "pseudonym",
            Self::Truncate => "truncate",
            Self::Sealed => "sealed",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(name: &str) -> Result<Self, UnknownMode> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name).ok_or(UnknownMode)
    }
}

/// The name is no mode's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownMode;

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected off, pseudonym, truncate, sealed or full")
    }
}

impl std::error::Error for UnknownMode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_read_by_its_own_name_and_no_other() {
        for mode in Mode::ALL {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        for name in ["", "Full", " off", "trunc", "none"] {
            assert_eq!(name.parse::<Mode>(), Err(UnknownMode), "{name}");
        }
    }

    #[test]
    fn the_list_runs_from_strictest_to_loosest_and_the_error_names_it_whole() {
        assert!(Mode::ALL.is_sorted_by(|a, b| a < b));
        let expected = UnknownMode.to_string();
        assert!(Mode::ALL.iter().all(|mode| expected.contains(mode.as_str())), "{expected}");
    }
}
