//! From TOML as typed to [`crate::policy::Settings`] as meant.
//!
//! Nothing here opens a file: texts are handed in, and key files are read through a function
//! of the caller's. All that is wrong is told at once, with file, line and key.
//!
//! ```text
//! text -> cut -> read (TOML? every key known, every value of its type?) -> file::File
//!                                                       file::File -> meaning -> Settings
//! either step -> report -> error::Errors
//! ```
//!
//! # Example
//!
//! ```
//! use cloakroom::config::{SourceFile, load};
//! use std::io::ErrorKind::NotFound;
//!
//! let main = SourceFile::new("cloakroom.toml", r#"
//!     [[listener]]
//!     bind = "127.0.0.1:8080"
//!     [[upstream]]
//!     servers = ["http://127.0.0.1:3000"]
//!     [[property]]
//!     id = "shop"
//!     hosts = ["shop.example.org"]
//!     record = "trunc"
//! "#);
//! let errors = load(main, [], &|_| Err(NotFound.into())).unwrap_err();
//! assert_eq!(errors.to_string(), "cloakroom.toml:9:14: property \"shop\": record = \"trunc\"; \
//!     expected off, pseudonym, truncate, sealed or full");
//! ```

mod cut;
pub mod effective;
mod error;
pub mod file;
mod locate;
mod markdown;
mod meaning;
mod nearest;
mod quantity;
mod read;
mod report;
mod schema;
mod shape;

pub use error::{Error, Errors};
pub use markdown::markdown;
pub use meaning::{Entry, ReadFile, group_name};
pub use quantity::read_time;
pub use schema::schema;

use crate::policy::Settings;
use cut::{EXCERPT_BYTES, Excerpt, cut};
use error::{Others, Sheet};
use file::File;
use meaning::Meaning;
use read::{Read, read_file, read_property};
use report::{Place, Reports};
use std::path::{Path, PathBuf};

/// A configuration file that has been read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path as the operator knows it: what errors name, and where relative paths start.
    pub name: PathBuf,
    /// What it holds.
    pub text: String,
}

impl SourceFile {
    /// A file of this name and text.
    pub fn new(name: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// A file of these bytes, which have to be UTF-8 as TOML is.
    pub fn from_bytes(name: impl Into<PathBuf>, bytes: Vec<u8>) -> Result<Self, Errors> {
        let file = name.into();
        String::from_utf8(bytes).map(|text| Self { name: file.clone(), text }).map_err(|bad| {
            let sound = bad.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(bad.as_bytes().get(..sound).unwrap_or_default());
            let (line, column) = error::position(&text, sound);
            let message = "no valid TOML: expected UTF-8".to_owned();
            let mut errors = Errors::default();
            errors.push(Error { file, line, column, message });
            errors
        })
    }
}

/// The meaning of a main file and of the property files in its directory. Key files are read
/// through `read`.
pub fn load(
    main: SourceFile,
    property_files: impl IntoIterator<Item = SourceFile>,
    read: &ReadFile<'_>,
) -> Result<Settings, Errors> {
    Draft::parse(main).finish(property_files, read)
}

/// A main file that has been read, but not yet its property files.
#[derive(Debug)]
pub struct Draft {
    main: SourceFile,
    excerpts: Vec<Excerpt>,
    head: Read<File>,
    reports: Reports,
}

impl Draft {
    /// Reads the main file. What is wrong with it is told by [`Draft::finish`], together with
    /// what is wrong elsewhere.
    pub fn parse(main: SourceFile) -> Self {
        Self::parse_in_excerpts(main, EXCERPT_BYTES)
    }

    fn parse_in_excerpts(main: SourceFile, bytes: usize) -> Self {
        let excerpts = cut(&main.text, bytes);
        let mut reports = Reports::default();
        let text = excerpts.first().map(|first| first.of(&main.text)).unwrap_or_default();
        let head = read_file(&text, &mut reports);
        Self { main, excerpts, head, reports }
    }

    /// The directory whose `*.toml` files hold one property each, where there is one.
    pub fn directory(&self) -> Option<PathBuf> {
        let directory = self.head.file.properties.directory.as_ref()?;
        Some(base(&self.main.name).join(&directory.value.0))
    }

    /// The meaning of it all, or everything that is wrong. Property files are taken one at a
    /// time, in an order that the caller keeps the same from run to run.
    pub fn finish(
        self,
        property_files: impl IntoIterator<Item = SourceFile>,
        read: &ReadFile<'_>,
    ) -> Result<Settings, Errors> {
        let Self { main, excerpts, head, mut reports } = self;
        let Read { file, damaged, unreadable } = &head;
        let mut damaged = damaged.clone();
        if *unreadable {
            let all = ["listener", "upstream", "address", "redaction", "properties"];
            damaged.extend(all.map(str::to_owned));
        }
        let mut meaning = Meaning::of(file, &damaged, base(&main.name), read, &mut reports);
        let place = |excerpt: usize, at: usize| {
            Place::Main(excerpts.get(excerpt).map_or(0, |excerpt| excerpt.origin(at)))
        };
        for property in &file.property {
            meaning.add(property, place(0, property.value.id.at.start), &mut reports);
        }
        for (index, excerpt) in excerpts.iter().enumerate().skip(1) {
            reports.enter(index);
            let part = read_file(&excerpt.of(&main.text), &mut reports);
            for property in &part.file.property {
                meaning.add(property, place(index, property.value.id.at.start), &mut reports);
            }
        }
        let mut errors = Errors::default();
        let sheet =
            Sheet { name: &main.name, text: &main.text, excerpts: &excerpts, is_property: false };
        errors.tell(&sheet, reports, &Others { main: &main.text, property_files: &[] });

        let mut names: Vec<PathBuf> = Vec::new();
        for SourceFile { name, text } in property_files {
            let mut reports = Reports::default();
            let place = Place::PropertyFile(names.len());
            names.push(name);
            if let Some(property) = read_property(&text, &mut reports) {
                meaning.add(&property, place, &mut reports);
            }
            let Some(name) = names.last() else { continue };
            let excerpts = [Excerpt::whole(&text)];
            let sheet = Sheet { name, text: &text, excerpts: &excerpts, is_property: true };
            errors.tell(&sheet, reports, &Others { main: &main.text, property_files: &names });
        }
        if errors.count() == 0 { Ok(meaning.finish()) } else { Err(errors) }
    }
}

/// Where the relative paths of a configuration start.
fn base(main: &Path) -> &Path {
    main.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io;

    /// The law of cuts: into how many parts a file is cut changes nothing of what it means,
    /// and nothing of what is said against it.
    #[test]
    fn cuts_do_not_matter() {
        let mut met = 0;
        for folder in ["good", "bad"] {
            let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/config");
            for entry in std::fs::read_dir(golden.join(folder)).expect("is there") {
                let file = entry.expect("is read").path();
                if file.extension().is_some_and(|extension| extension == "toml") {
                    let text = std::fs::read_to_string(&file).expect("can be read");
                    assert_eq!(meant(&text, 0), meant(&text, usize::MAX), "{}", file.display());
                    met += 1;
                }
            }
        }
        assert!(met > 50, "met {met} files");
    }

    proptest! {
        /// The same of a file that a slip of the hand went through; and nothing panics.
        #[test]
        fn cuts_do_not_matter_to_a_mangled_file(
            from in 0..1_000_usize,
            length in 0..40_usize,
            slip in r#"[\[\]{}"'\#=.,\n a-p]{0,6}|\[\[property\]\]\n|\[property.x\]\n|""""#,
        ) {
            let mut text: String = MANGLED.into();
            let from = from * text.len() / 1_000;
            text.replace_range(from..(from + length).min(text.len()), &slip);
            let (cut, whole) = (meant(&text, 0), meant(&text, usize::MAX));
            prop_assert!(cut == whole, "{text}\n{cut}\n{whole}");
        }
    }

    /// Something of everything that is told apart when a text is cut.
    const MANGLED: &str = r#"
upgrades = ['websocket']
[[listener]]
bind = ['127.0.0.1:1', # [[property]]
    '127.0.0.1:2']
[properties]
sources = ['host', { query = 'token' }]
[[property]]
id = 'a'
hosts = [ """a.example.org""" ]
truncate.v4 = 16
record = 'truncate'
[[property]]
id = 'b'
record = "truncate"
hosts = ['b.example.org']
[property.truncate]
v6 = 48
[[upstream]]
servers = ['http://127.0.0.1:3']
[[property]] # the last
id = 'c'
keys = ['[[property]]', '''c''', "\""]
[log]
level = 'info'
"#;

    /// A file that is no TOML in one part may be read in the others: then more can be said.
    fn meant(text: &str, bytes: usize) -> String {
        let read = |_: &Path| Err(io::ErrorKind::NotFound.into());
        let main = SourceFile::new("main.toml", text);
        match Draft::parse_in_excerpts(main, bytes).finish([], &read) {
            Ok(Settings { listeners, upstreams, book, websocket, limits, log, .. }) => {
                let (properties, bindings) = (book.properties(), book.bindings());
                format!(
                    "{listeners:?} {upstreams:?} {properties:?} {bindings:?} {websocket:?} {limits:?} {log:?}"
                )
            }
            Err(errors) if errors.to_string().contains("no valid TOML") => "no TOML".to_owned(),
            Err(errors) => errors.to_string(),
        }
    }
}
