//! Law: whatever an operator typed is understood or refused with a place and a reason. Nothing
//! panics, and what is understood makes rules.

#![no_main]

use cloakroom::config::{SourceFile, load};
use libfuzzer_sys::fuzz_target;
use std::io::ErrorKind::NotFound;

fuzz_target!(|input: &[u8]| {
    let Ok(main) = SourceFile::from_bytes("cloakroom.toml", input.to_vec()) else { return };
    match load(main, [], &|_| Err(NotFound.into())) {
        Ok(settings) => assert!(!format!("{settings:?}").is_empty()),
        Err(errors) => {
            assert!(errors.to_string().lines().all(|line| !line.is_empty()));
            assert!(errors.to_string().starts_with("cloakroom.toml:"));
        }
    }
});
