//! From TOML as typed to [`crate::policy::Settings`] as meant.
