//! Configuration files, good and bad, with every word of every error.
//!
//! `GOLDEN=write cargo test --test config` rewrites the expectations; the diff is for reading.

use cloakroom::address::recording::Truncation;
use cloakroom::address::{Mode, Recording, Source, Trust};
use cloakroom::config::{Draft, SourceFile, load, schema};
use cloakroom::policy::listener::Transport;
use cloakroom::policy::redaction::{Parts, Protobuf};
use cloakroom::policy::settings::{Log, Secrets};
use cloakroom::policy::{
    Binding, Found, Limits, NoTokens, Policy, Redaction, RequestView, Settings, Timeouts,
    UnknownProperty, Upstream, WebSocket,
};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn every_bad_file_is_refused_with_all_its_errors() {
    let mut met = 0;
    for file in toml_files("tests/golden/config/bad") {
        let errors = load_golden(&file).expect_err("is refused").to_string();
        check_golden(&file.with_extension("expected"), &errors);
        met += 1;
    }
    assert!(met >= 100, "met {met} bad files");
}

#[test]
fn every_good_file_is_understood() {
    let mut met = 0;
    for file in toml_files("tests/golden/config/good") {
        let settings = load_golden(&file).unwrap_or_else(|errors| panic!("{errors}"));
        check_golden(&file.with_extension("expected"), &summary(&settings));
        met += 1;
    }
    assert!(met >= 20, "met {met} good files");
}

#[test]
fn the_examples_load() {
    let files = toml_files("config");
    let names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
    assert_eq!(names, ["cloakroom.toml", "demo.toml", "minimal.toml"]);
    for file in files {
        let text = fs::read_to_string(&file).expect("can be read");
        let settings = load(SourceFile::new(&file, text), [], &a_key);
        settings.unwrap_or_else(|errors| panic!("{errors}"));
    }
}

#[test]
fn the_annotated_example_has_every_key() {
    let text = fs::read_to_string("config/cloakroom.toml").expect("can be read");
    let keys: BTreeSet<&str> = text
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .flat_map(|line| line.split(['=', '{', ',', ']', '[']))
        .map(|key| key.rsplit('.').next().unwrap_or_default().trim())
        .collect();
    let schema = schema();
    let definitions = schema["$defs"].as_object().expect("a map");
    let mut met = 0;
    for table in definitions.values().chain([&schema]) {
        for key in table["properties"].as_object().into_iter().flat_map(|keys| keys.keys()) {
            assert!(keys.contains(key.as_str()), "{key} is not shown");
            met += 1;
        }
    }
    assert!(met > 80, "met {met} keys");
}

#[test]
fn the_annotated_example_is_right_about_defaults() {
    let text = fs::read_to_string("config/cloakroom.toml").expect("can be read");
    let settings = load(SourceFile::new("cloakroom.toml", text), [], &a_key).expect("loads");
    assert_eq!(settings.limits, Limits::default());
    assert_eq!(settings.timeouts, Timeouts::default());
    assert_eq!(settings.websocket, WebSocket::default());
    assert_eq!(settings.log, Log::default());
    let chat = &settings.upstreams[0];
    let mut default = Upstream::new("chat", chat.servers.clone());
    default.address_fields.clone_from(&chat.address_fields);
    default.tls.clone_from(&chat.tls);
    assert_eq!(*chat, default);
}

#[test]
fn the_demo_shows_every_mode() {
    let text = fs::read_to_string("config/demo.toml").expect("can be read");
    let settings = load(SourceFile::new("demo.toml", text), [], &a_key).expect("loads");
    let modes: Vec<(&str, Mode)> = settings
        .book
        .properties()
        .iter()
        .map(|property| (&*property.id, property.policy.recording.mode()))
        .collect();
    assert_eq!(
        modes,
        [
            ("open", Mode::Full),
            ("shop", Mode::Truncate),
            ("blog", Mode::Pseudonym),
            ("clinic", Mode::Off),
            ("court", Mode::Sealed),
        ]
    );
    assert!(matches!(settings.listeners[0].transport, Transport::Tls(_)));
}

#[test]
fn a_property_is_found_by_its_keys_and_hosts() {
    let settings = load_golden(Path::new("tests/golden/config/good/keys_and_hosts.toml"));
    let book = settings.expect("loads").book;
    for (host, path, expected) in [
        ("a.example.org", "/", Some("a")),
        ("x.a.example.org", "/", Some("a")),
        ("b.example.org", "/", Some("b")),
        ("example.org", "/p/k1/x", Some("a")),
        ("example.org", "/p/Schl%C3%BCssel%202", Some("a")),
        ("example.org", "/p/a", None),
        ("example.org", "/p/b", None),
    ] {
        let found = match book.find(&Request { host, path }, &mut NoTokens) {
            Found::Property(property, _) => Some(&*property.id),
            _ => None,
        };
        assert_eq!(found, expected, "{host}{path}");
    }
}

#[test]
fn sealing_keys_are_shared_by_those_who_chose_alike() {
    let settings = load_golden(Path::new("tests/golden/config/good/inheritance.toml"));
    let book = settings.expect("loads").book;
    let policy = |id: &str| {
        let mut all = book.properties().iter();
        let property = all.find(|property| &*property.id == id).expect("is there");
        Arc::as_ptr(&property.policy)
    };
    assert_eq!(policy("sealed"), policy("sealed-too"));
    assert_ne!(policy("sealed"), policy("sealed-otherwise"));
}

#[test]
fn rules_are_shared_by_those_who_name_them() {
    let settings = load_golden(Path::new("tests/golden/config/good/redaction_of_properties.toml"));
    let book = settings.expect("loads").book;
    let policy = |id: &str| {
        let mut all = book.properties().iter();
        &*all.find(|property| &*property.id == id).expect("is there").policy
    };
    let rules = |set: &Option<Arc<Redaction>>| Arc::as_ptr(&set.as_ref().expect("a set").rules);
    assert_eq!(rules(&policy("shop").redact), rules(&policy("blog").redact));
    assert_eq!(rules(&policy("shop").redact), rules(&policy("both").redact_responses));
    assert_ne!(rules(&policy("shop").redact), rules(&policy("agents").redact));
    assert_eq!(policy("nothing").redact, None);
}

#[test]
fn property_files_and_the_main_file_are_judged_together() {
    let main = format!(
        "{HEAD}[properties]\ndirectory = \"properties.d\"\n\
         [[property]]\nid = \"shop\"\nhosts = [\"shop.example.org\"]\n"
    );
    let draft = Draft::parse(SourceFile::new("/etc/cloakroom/main.toml", main));
    assert_eq!(draft.directory(), Some(PathBuf::from("/etc/cloakroom/properties.d")));
    let files = [
        ("a.toml", "id = \"blog\"\nhosts = [\"blog.example.org\"]\nrecord = \"full\"\n"),
        ("b.toml", "id = \"shop\"\nhosts = [\"b.example.org\"]\n"),
        ("c.toml", "id = \"blog\"\nhosts = [\"blog.example.org\"]\n"),
        ("d.toml", "hosts = [\"d.example.org\"]\nrecrd = \"off\"\n"),
        ("e.toml", "id = \n"),
        ("f.toml", "id = \"f\"\n"),
        ("g.toml", "id = \"g\"\n[sealed]\nvariant = \"nd\"\n"),
    ];
    let files = files.map(|(name, text)| SourceFile::new(name, text));
    let errors = draft.finish(files, &nothing).expect_err("is refused").to_string();
    let expected = "\
b.toml:1:6: property \"shop\": id = \"shop\"; expected an id of its own: line 8 has it already
c.toml:1:6: property \"blog\": id = \"blog\"; expected an id of its own: a.toml has it already
c.toml:2:10: property \"blog\": hosts[0] = \"blog.example.org\"; expected one of its own: property \"blog\" has it already
d.toml:1:1: id is missing; expected a string
d.toml:2:1: recrd: no such key; did you mean record?
e.toml:1:6: no valid TOML: expected a value, strings in quotes
f.toml:1:1: property \"f\": hosts is missing; expected a host name such as \"shop.example.org\" or \"*.shop.example.org\", or no request can name it
g.toml:1:1: property \"g\": hosts is missing; expected a host name such as \"shop.example.org\" or \"*.shop.example.org\", or no request can name it
g.toml:2:1: property \"g\": sealed: expected record = \"sealed\" beside it; record is \"off\"";
    assert_eq!(errors, expected);
}

#[test]
fn a_file_that_is_no_text_is_refused_where_it_ends_to_be() {
    let errors = SourceFile::from_bytes("x.toml", b"a = 1\nb = \xff".to_vec()).unwrap_err();
    assert_eq!(errors.to_string(), "x.toml:2:5: no valid TOML: expected UTF-8");
}

#[test]
fn a_hundred_thousand_properties_load_and_share_their_policies() {
    let count = 100_000;
    let mut text = format!("{HEAD}[properties]\nsources = [\"host\", {{ query = \"token\" }}]\n");
    for number in 0..count {
        let mode = ["off", "pseudonym", "truncate", "full"][number % 4];
        text.push_str(&format!(
            "\n[[property]]\nid = \"p{number}\"\nkeys = [\"key-{number}\"]\n\
             hosts = [\"p{number}.example.org\"]\nrecord = \"{mode}\"\n"
        ));
    }
    let settings = load(SourceFile::new("many.toml", text), [], &nothing).expect("loads");
    let properties = settings.book.properties();
    assert_eq!(properties.len(), count);
    assert_eq!(&*properties[count - 1].id, "p99999");
    let policies: BTreeSet<_> =
        properties.iter().map(|property| Arc::as_ptr(&property.policy)).collect();
    assert_eq!(policies.len(), 4);
}

#[test]
fn errors_in_a_long_file_name_their_places_in_it() {
    let mut text = HEAD.to_owned();
    for number in 0..5_000 {
        let record = if number == 4_321 { "trunc" } else { "off" };
        text.push_str(&format!(
            "[[property]]\nhosts = [\"p{number}.example.org\"]\nid = \"p\"\nrecord = \"{record}\"\n"
        ));
    }
    text.push_str("[limits]\nhead_bytes = 1\n");
    let errors = load(SourceFile::new("long.toml", text), [], &nothing).expect_err("is refused");
    assert_eq!(errors.count(), 4_998 + 1 + 1);
    assert_eq!(
        errors.list()[0].to_string(),
        "long.toml:11:6: property \"p\": id = \"p\"; expected an id of its own: \
         line 7 has it already"
    );
    assert!(errors.to_string().ends_with("\nand 4950 more"));
}

/// A request that asks for nothing in particular.
struct Request<'a> {
    host: &'a str,
    path: &'a str,
}

impl RequestView for Request<'_> {
    fn host(&self) -> Option<&str> {
        Some(self.host)
    }
    fn path(&self) -> &str {
        self.path
    }
    fn query(&self) -> Option<&str> {
        None
    }
    fn field(&self, _: &str, _: &mut dyn FnMut(&[u8])) {}
}

/// A listener and an upstream, as short as can be.
const HEAD: &str =
    "[[listener]]\nbind = \"127.0.0.1:0\"\n[[upstream]]\nservers = [\"http://127.0.0.1:1\"]\n";

fn toml_files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("is read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn load_golden(file: &Path) -> Result<Settings, cloakroom::config::Errors> {
    let text = fs::read_to_string(file).expect("can be read");
    load(SourceFile::new(file.file_name().expect("has a name"), text), [], &a_key)
}

#[track_caller]
fn check_golden(file: &Path, found: &str) {
    let found = format!("{}\n", found.trim_end());
    if writes_golden() {
        fs::write(file, &found).expect("can be written");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(found, expected, "{}", file.display());
}

fn writes_golden() -> bool {
    std::env::var_os("GOLDEN").is_some_and(|value| value == "write")
}

/// Key files by name: 16 bytes, 32 bytes, something else, or none.
fn a_key(file: &Path) -> io::Result<Vec<u8>> {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("sealing.key" | "demo-sealing.key") => {
            Ok(b"000102030405060708090a0b0c0d0e0f\n".to_vec())
        }
        Some("long.key") => Ok((0..32).collect()),
        Some("short.key") => Ok(b"SECRET".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn nothing(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

/// What a good file means, in a form that a diff shows well.
fn summary(settings: &Settings) -> String {
    let Settings { listeners, upstreams, book, landing, rotation, country, upgrades, .. } =
        settings;
    let mut out = String::new();
    for listener in listeners {
        let trust = match &listener.chain.trust {
            Trust::Nobody => "nobody".to_owned(),
            Trust::Hops(hops) => format!("{hops} hops"),
            Trust::Networks(nets) => format!("{nets:?}"),
        };
        let source = match &listener.chain.source {
            Source::Field(name) => name,
            Source::Forwarded => "forwarded",
            Source::XForwardedFor => "x-forwarded-for",
        };
        out += &format!(
            "listener {} {:?} trusts {trust} by {source} {:?} proxy_protocol={} {:?}\n",
            listener.name,
            listener.bind,
            listener.scheme,
            listener.proxy_protocol,
            listener.transport
        );
    }
    for upstream in upstreams {
        let Upstream { name, servers, .. } = upstream;
        if *upstream == Upstream::new(name, servers.clone()) {
            out += &format!("upstream {name} {servers:?}, the rest as by default\n");
        } else {
            out += &format!("{upstream:#?}\n");
        }
    }
    for source in book.sources() {
        out += &format!("source {source}\n");
    }
    for Binding { name, learn, show, expires } in book.bindings() {
        let learn: Vec<String> = learn.iter().map(ToString::to_string).collect();
        let show: Vec<String> = show.iter().map(ToString::to_string).collect();
        out += &format!("binding {name} learnt at {learn:?} shown at {show:?} for {expires:?}\n");
    }
    for property in book.properties() {
        out += &format!("property {}: {}\n", property.id, policy(&property.policy));
    }
    match book.unknown() {
        UnknownProperty::Refuse => out += "unknown refused\n",
        UnknownProperty::Serve(unknown) => {
            out += &format!("unknown: {}\n", policy(&unknown.policy));
        }
    }
    let secrets = match &rotation.secrets {
        Secrets::Random { state: None } => "in memory".to_owned(),
        Secrets::Random { state: Some(state) } => format!("in {}", state.display()),
        Secrets::Derived { master } => format!("from {}", master.display()),
    };
    let landing = format!("{} {}", landing.v4(), landing.v6());
    out += &format!("landing {landing}; rotation {:?} {secrets}\n", rotation.period);
    out += &format!("country {country:?}; upgrades {upgrades:?}\n");
    if settings.limits != Limits::default() {
        out += &format!("{:#?}\n", settings.limits);
    }
    if settings.timeouts != Timeouts::default() {
        out += &format!("{:#?}\n", settings.timeouts);
    }
    if settings.websocket != WebSocket::default() {
        out += &format!("{:?}\n", settings.websocket);
    }
    if let Some(admin) = &settings.admin {
        out += &format!("{admin:?}\n");
    }
    if settings.log != Log::default() {
        out += &format!("{:?}\n", settings.log);
    }
    out
}

/// A policy in words; what a type keeps to itself is found by trying.
fn policy(policy: &Policy) -> String {
    let recording = match &policy.recording {
        Recording::Truncate(truncation) => {
            let lengths = (0..=32).flat_map(|v4| (0..=128).map(move |v6| (v4, v6)));
            let mut same = lengths.filter(|(v4, v6)| {
                Truncation::new(*v4, *v6, true).is_ok_and(|other| other == *truncation)
            });
            format!("truncate to {:?}", same.next().expect("has lengths"))
        }
        Recording::Off { stand_in } => format!("off, stand-in {stand_in:?}"),
        other => format!("{:?}", other.mode()).to_lowercase(),
    };
    let mut out = format!("{recording}; country {}, upstream {}", policy.country, policy.upstream);
    for (of, set) in [("requests", &policy.redact), ("responses", &policy.redact_responses)] {
        if let Some(set) = set {
            out += &format!(", {of} by {}", redaction(set));
        }
    }
    out
}

/// A set of rules in words: how it is applied, not what it looks for.
fn redaction(set: &Redaction) -> String {
    let Redaction {
        name,
        parts,
        headers,
        unreadable,
        binary,
        protobuf,
        across_messages,
        observe,
        ..
    } = set;
    let Parts { body, path, query, referer, cookies } = *parts;
    let named = [
        (body, "body"),
        (path, "path"),
        (query, "query"),
        (referer, "referer"),
        (cookies, "cookies"),
    ];
    let parts: Vec<&str> = named.into_iter().filter(|part| part.0).map(|part| part.1).collect();
    let protobuf = match protobuf {
        Protobuf::Pass => String::new(),
        other => format!("protobuf={other:?} "),
    };
    let across = match across_messages {
        0 => String::new(),
        messages => format!("across_messages={messages} "),
    };
    format!(
        "{name} ({parts:?} {headers:?} {unreadable:?} {binary:?} {protobuf}{across}observe={observe})"
    )
}

/// Keeps the schema's own form in view: a change to it is a change for every editor.
#[test]
fn the_schema_is_what_it_was() {
    let schema = serde_json::to_string_pretty(&schema()).expect("is JSON");
    let file = Path::new("tests/golden/config/schema.json");
    if writes_golden() {
        fs::write(file, &schema).expect("can be written");
    }
    // Not assert_eq: two whole schemas say less than a diff after a rewrite.
    assert!(fs::read_to_string(file).is_ok_and(|before| before == schema), "{}", file.display());
}
