//! The proxy as a preset sets it up: its file, with the places changed that an operator changes.

use super::product::Running;
use crate::harness::authority::AUTHORITY;
use crate::harness::cloakroom::{self, Door};
use ::cloakroom::config::{SourceFile, load};
use ::cloakroom::policy::Settings;
use std::path::Path;

/// The key of stand-ins, which a preset keeps in a file.
const KEY: &[u8; 64] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The preset of this product before this backend, with these further sections. Loopback is
/// trusted to name the visitor.
pub(super) async fn before(product: &str, backend: &Running, more: &str) -> Door {
    let (chain, key) = (AUTHORITY.chain(), AUTHORITY.key());
    let text = changed(
        &text(product),
        &[
            ("bind", "\"127.0.0.1:0\"".to_owned()),
            ("trusted", "[\"127.0.0.0/8\"]".to_owned()),
            ("certificates", format!("[{{ chain = {chain:?}, key = {key:?} }}]")),
            ("servers", format!("[\"http://{}\"]", backend.address())),
            ("hash_key_file", format!("{:?}", backend.keep(KEY))),
        ],
    );
    cloakroom::with(settings(product, &format!("{text}\n{more}"))).await
}

/// The text of a preset.
fn text(product: &str) -> String {
    let file = Path::new("config/presets").join(format!("{product}.toml"));
    std::fs::read_to_string(file).expect("a preset")
}

/// A text with these keys changed, each of which has to stand there once.
fn changed(text: &str, changes: &[(&str, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (key, value) in changes {
        let has_key = |line: &&mut String| line.starts_with(&format!("{key} = "));
        let places: Vec<_> = lines.iter_mut().filter(has_key).collect();
        assert_eq!(places.len(), 1, "{key}");
        places.into_iter().for_each(|line| *line = format!("{key} = {value}"));
    }
    lines.join("\n")
}

fn settings(product: &str, text: &str) -> Settings {
    let file = SourceFile::new(format!("/test/{product}.toml"), text);
    load(file, [], &|file| std::fs::read(file)).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

#[test]
fn every_preset_loads_as_it_is() {
    let mut met = 0;
    for entry in std::fs::read_dir("config/presets").expect("a directory") {
        let file = entry.expect("an entry").path();
        let Some(product) = file.to_str().and_then(|name| name.strip_suffix(".toml")) else {
            continue;
        };
        let product = product.rsplit('/').next().expect("a name");
        settings(product, &text(product));
        met += 1;
    }
    assert_eq!(met, 2);
}
