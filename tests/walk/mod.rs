//! Reads golden files: blocks of `key: value` lines under a title, and an expectation.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::Path;

/// One case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// File name, line and title: what a failure names.
    pub(crate) place: String,
    /// Keys and values in order, the file's defaults first.
    pub(crate) given: Vec<(String, String)>,
    /// What stands behind `->`.
    pub(crate) expected: String,
}

impl Case {
    /// Every value of `key`, in order, those of the file's defaults first.
    pub(crate) fn all(&self, key: &str) -> Vec<&str> {
        self.given.iter().filter(|(k, _)| k == key).map(|(_, value)| value.as_str()).collect()
    }

    /// The last value of `key`: the case's own, or the file's default.
    pub(crate) fn one(&self, key: &str) -> &str {
        self.all(key).pop().unwrap_or_else(|| panic!("{}: no `{key}:`", self.place))
    }
}

/// The cases of every `.txt` file in `folder`, which is relative to the package. Meeting no
/// file, or a file without cases, is a failure: a test over nothing passes for nothing.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: no golden file", folder.display());
    paths.iter().flat_map(|path| in_file(path)).collect()
}

fn in_file(path: &Path) -> Vec<Case> {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut defaults = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", index + 1);
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                place: format!("{place}: {title}"),
                given: defaults.clone(),
                expected: String::new(),
            });
        } else if line.starts_with('#') || line.is_empty() {
            continue;
        } else if let Some(expected) = line.strip_prefix("-> ") {
            let case = cases.last_mut().unwrap_or_else(|| panic!("{place}: -> before any title"));
            assert!(case.expected.is_empty(), "{place}: a second ->");
            case.expected = expected.to_owned();
        } else {
            let (key, value) =
                line.split_once(':').unwrap_or_else(|| panic!("{place}: neither key nor ->"));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            let given = cases.last_mut().map_or(&mut defaults, |case| &mut case.given);
            given.push((key.to_owned(), value));
        }
    }
    assert!(!cases.is_empty(), "{name}: no case");
    for case in &cases {
        assert!(!case.expected.is_empty(), "{}: no ->", case.place);
    }
    cases
}

/// The bytes that a value means: `\r \n \t \0 \\` and `\xNN` are escapes, all else itself.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        out.push(match chars.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('0') => 0,
            Some('\\') => b'\\',
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).unwrap_or_else(|_| panic!("\\x{digits} in {text}"))
            }
            other => panic!("\\{other:?} in {text}"),
        });
    }
    out
}
