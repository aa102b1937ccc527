//! What lies in `deploy/` and `docs/`, held against the code that it speaks of.
//!
//! `GOLDEN=write cargo test --test deploy` writes `docs/configuration.md` anew; the diff is for
//! reading.

use std::fs;

#[test]
fn the_reference_of_the_configuration_is_current() {
    let file = "docs/configuration.md";
    let text = cloakroom::config::markdown();
    if std::env::var_os("GOLDEN").is_some() {
        fs::write(file, &text).expect("can be written");
    }
    let written = fs::read_to_string(file).expect("can be read");
    assert!(written == text, "{file} is not what the code says; GOLDEN=write writes it anew");
}
