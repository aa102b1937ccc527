//! Which file uses which? Paths resolved to the files that define what they name.

use crate::source::{Named, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The source files by module.
pub(crate) struct Tree {
    pub(crate) files: BTreeMap<Vec<String>, File>,
}

pub(crate) struct File {
    /// As messages name it.
    pub(crate) name: String,
    pub(crate) module: Vec<String>,
    pub(crate) source: Source,
}

impl File {
    /// The module of the crate that the file belongs to; none for `lib.rs`, which only lists them.
    pub(crate) fn floor(&self) -> Option<&str> {
        self.module.get(1).map(String::as_str)
    }

    pub(crate) fn at(&self, named: &Named) -> String {
        format!("{}:{}", self.name, named.line)
    }
}

impl Tree {
    /// This crate's own source.
    pub(crate) fn ours() -> Self {
        let mut files = Vec::new();
        collect(Path::new("src"), &mut files);
        Self::of(files)
    }

    /// A tree of these files: name and text.
    pub(crate) fn of(files: Vec<(String, String)>) -> Self {
        let modules: BTreeSet<_> = files.iter().map(|(name, _)| module_of(name)).collect();
        let is_child = |parent: &[String], word: &str| {
            modules.contains(&[parent, &[word.to_owned()]].concat())
        };
        let read = |(name, text): (String, String)| {
            let module = module_of(&name);
            let source = Source::read(&text, &module, &is_child);
            (module.clone(), File { name, module, source })
        };
        Self { files: files.into_iter().map(read).collect() }
    }

    /// Whether a file, or one of the modules around it, is there for tests alone.
    pub(crate) fn is_for_tests(&self, file: &File) -> bool {
        (1..file.module.len()).any(|end| {
            let (parent, rest) = file.module.split_at(end);
            self.files.get(parent).is_some_and(|parent| parent.source.tests.contains(&rest[0]))
        })
    }

    /// The files that a file uses, one entry a path.
    pub(crate) fn targets<'a>(
        &'a self,
        file: &'a File,
    ) -> impl Iterator<Item = (&'a File, &'a Named)> {
        let own = file.source.named.iter().filter(|named| is_ours(&named.path));
        own.flat_map(move |named| {
            let mut targets = BTreeSet::new();
            self.defining(&named.path, &mut Vec::new(), &mut targets);
            targets.into_iter().map(move |module| (&self.files[&module], named))
        })
        .filter(|(target, _)| target.module != file.module)
    }

    /// The file that defines what stands at the end of a path: re-exports are followed.
    fn defining(
        &self,
        path: &[String],
        trail: &mut Vec<Vec<String>>,
        targets: &mut BTreeSet<Vec<String>>,
    ) {
        if trail.iter().any(|earlier| earlier == path) {
            return;
        }
        trail.push(path.to_vec());
        let known = (1..=path.len()).rev().find(|&end| self.files.contains_key(&path[..end]));
        let Some(end) = known else { return };
        let (module, rest) = path.split_at(end);
        let source = &self.files[module].source;
        let passed_on = rest.first().and_then(|word| source.words.get(word));
        match passed_on.filter(|target| is_ours(target)) {
            Some(target) => self.defining(&[target, &rest[1..]].concat(), trail, targets),
            None => drop(targets.insert(module.to_vec())),
        }
        // A name that a file does not spell may come from wherever its globs point.
        if passed_on.is_none() && !rest.is_empty() {
            for glob in source.globs.iter().filter(|glob| is_ours(glob)) {
                let target = [&glob[..glob.len() - 1], rest].concat();
                self.defining(&target, trail, targets);
            }
        }
    }
}

fn is_ours(path: &[String]) -> bool {
    path.first().is_some_and(|word| word == "crate")
}

/// Every `.rs` file below a folder.
fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            files.push((path.to_str().expect("a plain name").replace('\\', "/"), text));
        }
    }
}

/// `src/proxy/head.rs` is `crate::proxy::head`, `src/proxy/mod.rs` is `crate::proxy`.
fn module_of(name: &str) -> Vec<String> {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    let words = ["crate"].into_iter().chain(path.split('/'));
    words.filter(|&word| word != "mod" && word != "lib").map(str::to_owned).collect()
}
