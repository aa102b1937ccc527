//! Does every file use only what stands below it?
//!
//! Reads `src/` as text and holds it against three laws. Each names the file and the line that
//! breaks it, so that the fix is a matter of moving something down.

#[path = "layers/source.rs"]
mod source;
#[path = "layers/tree.rs"]
mod tree;

use std::collections::BTreeSet;
use std::fs;
use tree::{File, Tree};

/// The floors, bottom first. A module uses what stands lower; what stands beside it, it never
/// meets. A new module gets its place here.
const FLOORS: &[&[&str]] = &[
    &["address", "detect", "framing", "websocket"],
    &["format"],
    &["redact"],
    &["policy"],
    &["config", "proxy"],
    &["server"],
    &["command"],
];

/// What is pure: bytes and values in, decisions out.
const CORE: &[&str] =
    &["address", "detect", "framing", "websocket", "format", "redact", "policy", "config"];

/// What the core never touches, and why. Crates that only the shell depends on come on top.
const FOREIGN: &[(&str, &str)] = &[
    ("std::fs", "files are the shell's; the core is handed their text"),
    ("std::env", "the core is handed its settings"),
    ("std::process", "the core starts and ends nothing"),
    ("std::thread", "the core runs where it is called"),
    ("std::os", "the core knows no operating system"),
    ("std::net::TcpStream", "sockets are the shell's"),
    ("std::net::TcpListener", "sockets are the shell's"),
    ("std::net::UdpSocket", "sockets are the shell's"),
    ("std::net::ToSocketAddrs", "it asks the resolver, and waits"),
    ("std::time::SystemTime", "the core is handed the time"),
    ("std::time::Instant", "the core is handed the time"),
    ("std::io::stdin", "the core is handed its input"),
    ("std::io::stdout", "the core returns its output"),
    ("std::io::stderr", "the core returns its output"),
    ("aws_lc_rs::rand", "the core is handed its dice"),
];

#[test]
fn every_module_uses_only_what_stands_below_it() {
    assert_none(above_or_beside(&Tree::ours()));
}

#[test]
fn no_file_imports_itself_by_way_of_others() {
    assert_none(circles(&Tree::ours()));
}

#[test]
fn the_core_never_opens_waits_or_logs() {
    let shell = shell_crates(&fs::read_to_string("Cargo.toml").expect("Cargo.toml"));
    assert!(shell.iter().any(|name| name == "tokio") && shell.len() >= 10, "met {shell:?}");
    assert_none(foreign(&Tree::ours(), &shell));
}

/// A law that looked at nothing would always hold.
#[test]
fn all_of_the_source_was_looked_at() {
    let tree = Tree::ours();
    let uses = |module: &str, of: &str| {
        let mut from = tree.files.values().filter(|file| file.floor() == Some(module));
        from.any(|file| tree.targets(file).any(|(target, _)| target.floor() == Some(of)))
    };
    assert!(tree.files.len() >= 90, "met {} files", tree.files.len());
    let edges: usize = tree.files.values().map(|file| tree.targets(file).count()).sum();
    assert!(edges >= 300, "met {edges} uses");
    for (module, of) in [
        ("policy", "address"),
        ("config", "policy"),
        ("proxy", "framing"),
        ("server", "proxy"),
        ("command", "config"),
        ("command", "server"),
        ("main", "command"),
    ] {
        assert!(uses(module, of), "{module} uses {of}, and it was not seen");
    }
    let folders: BTreeSet<&str> =
        tree.files.values().filter_map(File::floor).filter(|&name| name != "main").collect();
    let places: BTreeSet<&str> = FLOORS.concat().into_iter().collect();
    assert_eq!(folders, places, "every module has its place in FLOORS, and no place is empty");
}

#[test]
fn a_use_of_what_stands_above_is_found() {
    check(
        above_or_beside,
        &[
            ("policy/book.rs", "use crate::{address::Mode,\n    server::clock};"),
            ("server/clock.rs", ""),
            ("address/mod.rs", "pub mod mode;\npub use mode::Mode;"),
            ("address/mode.rs", "fn f() -> crate::policy::book::Book { todo!() }"),
        ],
        &[
            "src/address/mode.rs:1: address uses policy, which stands above it",
            "src/policy/book.rs:2: policy uses server, which stands above it",
        ],
    );
}

#[test]
fn a_use_of_what_stands_beside_is_found_in_whatever_spelling() {
    check(
        above_or_beside,
        &[
            ("config/mod.rs", "pub struct A;"),
            ("proxy/a.rs", "mod tests { use super::super::super::config; }"),
            ("proxy/b.rs", "use super::super::config::{self as c, A};\nfn f() { c::g() }"),
            ("proxy/c.rs", "// use crate::config::A;\nconst T: &str = \"crate::config::A\";"),
            (
                "proxy/d.rs",
                "/* /* */ crate::config::A */ const T: &str = r#\"\"crate::config::A\"#;",
            ),
            ("proxy/e.rs", "const Q: char = '\"'; type T<'a> = &'a crate::config::A;"),
        ],
        &[
            "src/proxy/a.rs:1: proxy uses config, which stands beside it",
            "src/proxy/b.rs:1: proxy uses config, which stands beside it",
            "src/proxy/b.rs:1: proxy uses config, which stands beside it",
            "src/proxy/b.rs:2: proxy uses config, which stands beside it",
            "src/proxy/e.rs:1: proxy uses config, which stands beside it",
        ],
    );
}

#[test]
fn a_module_without_a_place_may_not_be_used() {
    check(
        above_or_beside,
        &[("main.rs", "use cloakroom::utils::f;"), ("utils.rs", "")],
        &["src/main.rs:1: main uses utils, which stands above it"],
    );
}

#[test]
fn a_circle_is_found_through_re_exports_and_bare_paths() {
    check(
        circles,
        &[
            ("proxy/mod.rs", "mod a;\nmod b;\npub use a::A as Renamed;"),
            ("proxy/a.rs", "use super::b::*;\npub struct A;"),
            ("proxy/b.rs", "fn f(_: crate::proxy::Renamed) {}"),
            ("server/mod.rs", "mod c;\npub struct Above;\nfn f() { c::g() }"),
            ("server/c.rs", "use crate::server::Above;"),
        ],
        &[
            "src/proxy/a.rs -> src/proxy/b.rs -> src/proxy/a.rs",
            "src/server/mod.rs -> src/server/c.rs -> src/server/mod.rs",
        ],
    );
}

#[test]
fn a_facade_is_no_circle() {
    check(
        circles,
        &[
            ("proxy/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;"),
            ("proxy/a.rs", "pub struct A;\nmod tests { use super::*; }"),
            ("proxy/b.rs", "use super::A;\npub struct B(A);"),
        ],
        &[],
    );
}

#[test]
fn what_the_core_must_not_touch_is_found() {
    check(
        |tree| foreign(tree, &["tokio".to_owned()]),
        &[
            ("address/a.rs", "use std::net::IpAddr;\nuse std::net::{TcpStream as T};"),
            ("config/b.rs", "use std::{fs::read, io};\nfn f() { io::stdout(); }"),
            ("framing/c.rs", "use ::tokio::time;\nfn f() { time::sleep(D); }"),
            ("policy/c.rs", "use std::time::*;"),
            ("policy/d/mod.rs", "#[cfg(test)] mod tests;\nmod used;"),
            ("policy/d/tests.rs", "use std::fs;"),
            ("policy/d/used.rs", "#[cfg(test)]\nmod tests { use std::env; }\nuse std::os::unix;"),
            ("server/e.rs", "use std::fs; use tokio::net;"),
        ],
        &[
            "src/address/a.rs:2: std::net::TcpStream: sockets are the shell's",
            "src/config/b.rs:1: std::fs::read: files are the shell's; the core is handed their text",
            "src/config/b.rs:2: std::io::stdout: the core returns its output",
            "src/framing/c.rs:1: tokio::time: this crate is the shell's",
            "src/framing/c.rs:2: tokio::time::sleep: this crate is the shell's",
            "src/policy/c.rs:1: std::time::*: the core is handed the time",
            "src/policy/d/used.rs:3: std::os::unix: the core knows no operating system",
        ],
    );
}

/// Which uses go up or sideways.
fn above_or_beside(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for file in tree.files.values() {
        for (target, named) in tree.targets(file) {
            let (Some(user), Some(used)) = (file.floor(), target.floor()) else { continue };
            if user == used || height(user) > height(used) {
                continue;
            }
            let how = if height(user) == height(used) { "beside" } else { "above" };
            found.push(format!("{}: {user} uses {used}, which stands {how} it", file.at(named)));
        }
    }
    found
}

/// `main` stands on top; what has no place yet stands above even that, so that using it fails.
fn height(module: &str) -> usize {
    let floor = FLOORS.iter().position(|floor| floor.contains(&module));
    floor.unwrap_or(FLOORS.len() + usize::from(module != "main"))
}

/// Which files use one another in a circle, each circle once.
fn circles(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for module in tree.files.keys() {
        walk(tree, module, &mut Vec::new(), &mut done, &mut found);
    }
    found
}

fn walk<'a>(
    tree: &'a Tree,
    module: &'a [String],
    trail: &mut Vec<&'a [String]>,
    done: &mut BTreeSet<&'a [String]>,
    found: &mut Vec<String>,
) {
    if let Some(start) = trail.iter().position(|&earlier| earlier == module) {
        let circle = trail[start..].iter().chain([&module]);
        let names: Vec<_> = circle.map(|&module| &tree.files[module].name[..]).collect();
        found.push(names.join(" -> "));
        return;
    }
    if done.contains(module) {
        return;
    }
    trail.push(module);
    let next: BTreeSet<_> =
        tree.targets(&tree.files[module]).map(|(target, _)| &target.module[..]).collect();
    for target in next {
        walk(tree, target, trail, done, found);
    }
    trail.pop();
    done.insert(module);
}

/// Which core files touch the world. Their tests may: they read files and look at the clock.
fn foreign(tree: &Tree, shell_crates: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let core = |file: &&File| file.floor().is_some_and(|module| CORE.contains(&module));
    for file in tree.files.values().filter(core).filter(|file| !tree.is_for_tests(file)) {
        for named in file.source.named.iter().filter(|named| !named.in_test) {
            let path = named.path.join("::");
            let shell = shell_crates.iter().find(|name| named.path.first() == Some(name));
            let why = match shell {
                Some(_) => Some("this crate is the shell's"),
                None => FOREIGN.iter().find(|(what, _)| covers(&path, what)).map(|&(_, why)| why),
            };
            found.extend(why.map(|why| format!("{}: {path}: {why}", file.at(named))));
        }
    }
    found
}

/// Whether naming `path` names `what`: it, something in it, or everything beside it.
fn covers(path: &str, what: &str) -> bool {
    let inside =
        path.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    inside || path.strip_suffix('*').is_some_and(|glob| what.starts_with(glob))
}

/// The crates behind the feature `shell`, as source spells them.
fn shell_crates(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("a manifest");
    let shell = manifest["features"]["shell"].as_array().expect("a feature");
    let names = shell.iter().filter_map(|entry| entry.as_str()?.strip_prefix("dep:"));
    names.map(|name| name.replace('-', "_")).collect()
}

#[track_caller]
fn assert_none(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// What a law says of a made-up tree: names below `src/`, and texts.
#[track_caller]
fn check(law: impl Fn(&Tree) -> Vec<String>, files: &[(&str, &str)], expected: &[&str]) {
    let files = files.iter().map(|(name, text)| (format!("src/{name}"), (*text).to_owned()));
    assert_eq!(law(&Tree::of(files.collect())), expected);
}
