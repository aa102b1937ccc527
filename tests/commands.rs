//! The binary as a person runs it: arguments and standard input in, standard output, standard
//! error and exit code out.

#![expect(clippy::panic, reason = "a process that cannot be run fails its test")]

#[path = "commands/chat.rs"]
mod chat;
#[path = "browser/demo.rs"]
mod demo;
#[path = "commands/process.rs"]
mod process;

use chat::Chat;
use cloakroom::detect::catalog::kinds;
use cloakroom::detect::kind::Kind;
use demo::Demo;
use process::cloakroom;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

#[test]
fn each_kind_finds_its_example_and_leaves_its_bait() {
    let all: Vec<&Kind> = kinds().collect();
    let (mut found, mut left) = (0, 0);
    // A process a text, as `printf '…' | cloakroom redact` is one; two at a time.
    std::thread::scope(|scope| {
        let halves: Vec<_> = all
            .chunks(all.len().div_ceil(2))
            .map(|half| scope.spawn(move || half.iter().map(|kind| example_and_bait(kind)).count()))
            .collect();
        for half in halves {
            let count = half.join().expect("a text that was redacted wrongly");
            found += count;
            left += count;
        }
    });
    assert_eq!((found, left), (all.len(), all.len()));
    assert!(found >= 102, "met {found} kinds");
}

fn example_and_bait(kind: &Kind) {
    let (text, part) = kind.example;
    let label = format!("[{}]", kind.name);
    let expected = match kind.name {
        // Its example is the line that a key begins with; it is taken to its end.
        "private-key" => label,
        _ => text.replacen(part, &label, 1),
    };
    let one = ["redact", "--format", "text", "--kinds", kind.name];
    cloakroom(&one).input(text).run().gives(&expected);
    cloakroom(&one).input(kind.bait).run().gives(kind.bait);
}

#[test]
fn the_example_of_each_kind_is_found_beside_all_others() {
    let texts: Vec<&str> = kinds().map(|kind| kind.example.0).collect();
    let input = serde_json::to_string(&texts).expect("JSON");
    let done = cloakroom(&["redact", "--format", "json", "--kinds", "all"]).input(&input).run();
    let written: Vec<String> = serde_json::from_str(&done.succeeded().out).expect("JSON again");
    assert_eq!(written.len(), texts.len());
    for (kind, written) in kinds().zip(written) {
        assert!(!written.contains(kind.example.1), "{}: {written}", kind.name);
    }
}

#[test]
fn each_format_is_read_as_what_it_is() {
    let part = "--x\r\nContent-Disposition: form-data; name=\"mail\"\r\n\r\n";
    for (arguments, input, expected) in [
        (&[][..], "to ann@example.org", "to [email]"),
        (&[], r#"{"a": "ann\u0040example.org"}"#, r#"{"a": "[email]"}"#),
        (
            &["--format", "text"],
            "4111111111111111 [4111111111111111]",
            "[payment-card] [[payment-card]]",
        ),
        (&["--format", "json"], r#"["\/", 4111111111111111]"#, r#"["\/", "[payment-card]"]"#),
        (&["--format", "form"], "a=ann%40example.org&b=1", "a=%5Bemail%5D&b=1"),
        (&["--format", "html"], "<p>ann&#64;example.org</p>", "<p>[email]</p>"),
        (&["--format", "sse"], "data: ann@example.org\n\n", "data: [email]\n\n"),
        (
            &["--format", "multipart:x"],
            &format!("{part}ann@example.org\r\n--x--\r\n"),
            &format!("{part}[email]\r\n--x--\r\n"),
        ),
        (
            &["--content-type", "application/x-www-form-urlencoded"],
            "a=ann%40example.org",
            "a=%5Bemail%5D",
        ),
        (&["--content-type", "multipart/form-data; boundary=x"], part, part),
        (&["--binary", "pass"], "\u{1}\u{2} ann@example.org", "\u{1}\u{2} ann@example.org"),
        (&[], "", ""),
    ] {
        redact(arguments).input(input).run().gives(expected);
    }
}

/// A pipe cuts where it likes; a charset shows in the first bytes.
#[test]
fn the_output_does_not_depend_on_how_the_input_comes() {
    let wide: Vec<u8> = "to ann@example.org".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let expected: Vec<u8> = "to [email]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for arguments in [&["--format", "text"][..], &[]] {
        let done = redact(arguments).input(&wide).byte_by_byte().run();
        assert_eq!(done.succeeded().bytes, expected, "{arguments:?}");
    }
    redact(&[])
        .input("{\"a\":\"+44 20 7946 0018\"}")
        .byte_by_byte()
        .run()
        .gives("{\"a\":\"[phone]\"}");
}

#[test]
fn actions_do_what_they_say() {
    for (action, expected) in [
        ("label", "card [payment-card]."),
        ("mask", "card **** **** **** ****."),
        ("mask:0:4", "card **** **** **** 1111."),
        ("mask:4:4", "card 4111 **** **** 1111."),
        ("remove", "card ."),
    ] {
        redact(&["--action", action]).input("card 4111 1111 1111 1111.").run().gives(expected);
    }
}

#[test]
fn kinds_are_chosen_as_in_a_configuration() {
    let text = "ann@example.org 4111 1111 1111 1111";
    for (kinds, expected) in [
        ("email", "[email] 4111 1111 1111 1111"),
        ("default,-email", "ann@example.org [payment-card]"),
        ("-email", "ann@example.org [payment-card]"),
        ("group:global,-payment-card", "[email] 4111 1111 1111 1111"),
        ("group:secrets", text),
    ] {
        redact(&["--kinds", kinds]).input(text).run().gives(expected);
    }
    let passport = "I am C03005988.";
    redact(&["--kinds", "gb-passport,us-passport"]).input(passport).run().gives(passport);
    redact(&["--kinds", "us-passport", "--context", "optional"])
        .input(passport)
        .run()
        .gives("I am [us-passport].");
}

#[test]
fn a_key_makes_the_same_hash_again_and_no_key_another() {
    let folder = folder();
    let key = folder.path().join("hash.key");
    fs::write(&key, "0123456789abcdef".repeat(4)).expect("a key");
    let hash = |more: &[&str]| {
        let arguments = [&["--action", "hash"], more].concat();
        redact(&arguments).input("ann@example.org").run()
    };
    let with = ["--key-file", key.to_str().expect("a path")];
    let (first, second) = (hash(&with), hash(&with));
    assert!(first.succeeded().out.starts_with("[email:"), "{}", first.out);
    assert_eq!(first.out, second.out);
    assert_eq!(first.err, "");
    let (first, second) = (hash(&[]), hash(&[]));
    assert_ne!(first.out, second.out);
    assert!(first.err.contains("random key"), "{}", first.err);
}

#[test]
fn what_is_explained_is_where_and_why_and_never_what() {
    let text = r#"{"ann@example.org": ["my passport: C03005988", "+44 20 7946 0018"], "n": 1}"#;
    let done = redact(&["--explain", "--kinds", "default,us-passport"]).input(text).run();
    assert_eq!(
        done.succeeded().err,
        "byte 2: email (proof)\n\
         byte 35: us-passport under \"[email]\" (context)\n\
         byte 48: phone under \"[email]\" (proof)\n"
    );
    assert_eq!(done.out, r#"{"[email]": ["my passport: [us-passport]", "[phone]"], "n": 1}"#);
}

#[test]
fn what_is_blocked_or_unreadable_is_said_by_its_place_and_nothing_is_written() {
    let deep = "[".repeat(200);
    for (arguments, input, message) in [
        (&["--action", "block"][..], "to ann@example.org", "forbidden data at byte 3"),
        (&[], "\u{89}PNG\u{1}ann@example.org", "unreadable: no text at byte 0"),
        (&["--format", "json"], &deep, "unreadable: nested too deep at byte 128"),
        (&["--content-type", "text/plain; charset=utf-7"], "ann", "encoding that is not read"),
        (&["--content-type", "multipart/form-data"], "ann", "no multipart body at byte 0"),
    ] {
        let done = redact(arguments).input(input).run();
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(message) && !done.err.contains("ann"), "{}", done.err);
    }
}

#[test]
fn a_file_is_read_and_named_in_errors() {
    let folder = folder();
    let file = folder.path().join("chat.json");
    fs::write(&file, r#"{"a":"ann@example.org"}"#).expect("a file");
    let path = file.to_str().expect("a path");
    redact(&[path]).run().gives(r#"{"a":"[email]"}"#);
    let done = redact(&["--action", "block", path]).run();
    assert_eq!(done.code, 1);
    assert!(done.err.contains("chat.json: forbidden data at byte 6"), "{}", done.err);
    let done = redact(&["nowhere.json"]).run();
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("nowhere.json: "), "{}", done.err);
}

#[test]
fn wrong_usage_is_2_and_a_wrong_configuration_64() {
    let folder = Configured::new();
    let config = folder.path();
    for (arguments, code) in [
        (&["redact", "--kinds", "emial"][..], 2),
        (&["redact", "--kinds", "email,-email"], 2),
        (&["redact", "--action", "address"], 2),
        (&["redact", "--format", "xml2"], 2),
        (&["redact", "--format", "multipart:"], 2),
        (&["redact", "--property", "shop"], 2),
        (&["redact", "--responses"], 2),
        (&["redact", "--config", &config, "--property", "shop", "--kinds", "email"], 2),
        (&["redact", "--config", "nowhere.toml", "--property", "shop"], 64),
        (&["redact", "--config", &config, "--property", "nobody"], 1),
        (&["kinds", "emial"], 2),
        (&["kinds", "default"], 2),
        (&["kinds", "--group", "xx"], 2),
        (&["explain", "--config", &config, "--body", "-"], 2),
        (&["explain", "--config", &config, "--content-type", "text/plain"], 2),
    ] {
        let done = cloakroom(arguments).run();
        assert_eq!((done.code, done.out.as_str()), (code, ""), "{arguments:?}: {}", done.err);
        assert_ne!(done.err, "", "{arguments:?}");
    }
}

#[test]
fn a_property_of_a_configuration_brings_its_rules() {
    let folder = Configured::new();
    let text = r#"{"ip":"203.0.113.77","to":"ann@example.org","card":4111111111111111}"#;
    let of = |property: &str, more: &[&str]| {
        let config = folder.path();
        let arguments = [&["--config", &config, "--property", property], more].concat();
        redact(&arguments).input(text).run()
    };
    of("shop", &[]).gives(r#"{"ip":"203.0.113.0","to":null,"card":"[payment-card]"}"#);
    of("shop", &["--responses"])
        .gives(r#"{"ip":"203.0.113.77","to":"ann@example.org","card":"[payment-card]"}"#);
    of("bank", &[]).gives(text);
    assert!(of("bank", &[]).err.contains("only observes"));
    for (property, more, why) in [
        ("blog", &[][..], "no redaction is named for its requests"),
        ("bank", &["--responses"], "no redaction is named for its responses"),
        ("news", &[], "does not look at bodies"),
    ] {
        let done = of(property, more);
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{property}");
        assert!(done.err.contains(why), "{}", done.err);
    }
}

#[test]
fn the_demo_chats_and_each_property_receives_what_it_chose() {
    let demo = Demo::start();
    let message = r#"{"text":"ann@example.org \u2014 4111 1111 1111 1111 \u2014 +49 30 901820"}"#;
    for (property, address, expected) in [
        ("open", Some("203.0.113.77"), message),
        ("shop", Some("203.0.113.0"), r#"{"text":"[email] \u2014 [payment-card] \u2014 [phone]"}"#),
        ("clinic", None, r#"{"text":" \u2014  \u2014 "}"#),
    ] {
        let mut chat = Chat::with(&demo, property, "203.0.113.77");
        let welcome = chat.hear();
        assert_eq!(welcome["property"], property);
        let fields = welcome["received"]["fields"].as_array().expect("fields");
        let told = fields.iter().find(|field| field[0] == "x-forwarded-for");
        assert_eq!(told.and_then(|field| field[1].as_str()), address, "{property}");
        // In one frame, and in frames that cut everything.
        for size in [message.len(), 7, 1] {
            chat.say(message, size);
            let said = chat.hear();
            assert_eq!(said["received"], expected, "{property}, frames of {size}");
            let reply = said["reply"].as_str().expect("a reply");
            assert_eq!(reply.contains("901820"), property == "open", "{property}: {reply}");
        }
    }
}

#[test]
fn the_properties_of_the_demo_treat_a_message_each_in_its_own_way() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    fs::copy("config/demo.toml", path("demo.toml")).expect("the demo's configuration");
    cloakroom(&["keygen", "--out", &path("demo-sealing.key")]).run().succeeded();
    let text = r#"{"name":"Ann Lee","email":"ann@example.org","text":"4111 1111 1111 1111, 030 23125 017, 203.0.113.77"}"#;
    let of = |property: &str| {
        let arguments = ["--config", &path("demo.toml"), "--property", property];
        redact(&arguments).input(text).run()
    };
    of("shop").gives(r#"{"name":"Ann Lee","email":"[email]","text":"[payment-card], [phone-national], 203.0.113.0"}"#);
    of("clinic").gives(r#"{"name":null,"email":null,"text":", , [ip-address]"}"#);
    for (property, beginning, kept) in [
        ("blog", r#"{"name":"Visitor "#, r#""text":"**** **** **** 1111, +999"#),
        ("court", r#"{"name":"Ann Lee","email":"[email:"#, r#""text":"[payment-card:"#),
    ] {
        let done = of(property);
        let told = &done.succeeded().out;
        assert!(told.starts_with(beginning) && told.contains(kept), "{told}");
    }
    assert_eq!(of("open").code, 1);
}

#[test]
fn who_has_read_enough_is_not_told_of_it() {
    for arguments in [&["kinds"][..], &["kinds", "--json"], &["redact"], &["schema"]] {
        let done = cloakroom(arguments).input("ann@example.org\n".repeat(100_000)).unread();
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn kinds_are_listed() {
    let table = cloakroom(&["kinds"]).run();
    let lines: Vec<&str> = table.succeeded().out.lines().collect();
    assert_eq!(lines.len(), 1 + kinds().count());
    for (line, kind) in lines.iter().skip(1).zip(kinds()) {
        assert!(line.starts_with(kind.name) && line.ends_with(kind.what), "{line}");
    }
    let german = cloakroom(&["kinds", "--group", "de"]).run();
    assert!(german.succeeded().out.lines().skip(1).all(|line| line.starts_with("de-")));
    assert!(german.out.lines().count() >= 5, "{}", german.out);
    let one = cloakroom(&["kinds", "payment-card"]).run();
    let mark =
        "my card is 4111 1111 1111 1111, thanks\n                       ^^^^^^^^^^^^^^^^^^^\n";
    assert!(one.succeeded().out.contains(mark), "{}", one.out);
}

#[test]
fn kinds_are_listed_for_programs() {
    let done = cloakroom(&["kinds", "--json"]).run();
    let all: Vec<Value> = serde_json::from_str(&done.succeeded().out).expect("JSON");
    assert_eq!(all.len(), kinds().count());
    for (object, kind) in all.iter().zip(kinds()) {
        assert_eq!(object["name"], kind.name);
        assert_eq!(object["example"]["part"], kind.example.1);
        assert_eq!(object["longest"], kind.longest());
        assert!(object["context"]["words"].is_array(), "{object}");
    }
    let done = cloakroom(&["kinds", "--json", "--group", "secrets"]).run();
    let secrets: Vec<Value> = serde_json::from_str(&done.succeeded().out).expect("JSON");
    assert!(secrets.len() >= 13 && secrets.iter().all(|object| object["group"] == "secrets"));
}

#[test]
fn a_request_is_explained_with_its_body() {
    let folder = Configured::new();
    let head = "POST /chat?mail=ann%40example.org HTTP/1.1\nHost: shop.example.org\n\
                Referer: https://shop.example.org/?card=4111111111111111\n\
                Cookie: a=1; mail=ann%40example.org\nContent-Type: application/json\n\
                Content-MD5: 0\nContent-Length: 1\n";
    let body = "{\n  \"ip\": \"203.0.113.77\",\n  \"card\": 4111111111111111\n}\n";
    let file = folder.file("head", head);
    let arguments = ["explain", "--config", &folder.path(), "--body", "-", &file];
    let done = cloakroom(&arguments).input(body).run();
    let told = &done.succeeded().out;
    for expected in [
        "redaction  chat: 5 taken out\n",
        "           target, byte 11: email under \"mail\" (context)\n",
        "           referer, byte 31: payment-card under \"card\" (context)\n",
        "           cookie, byte 10: email under \"mail\" (context)\n",
        "           body, byte 11: ip-address under \"ip\" (context)\n",
        "\nPOST /chat?mail= HTTP/1.1\n",
        "\nreferer: https://shop.example.org/?card=%5Bpayment-card%5D\n",
        "\ncookie: a=1; mail=\n",
        "\ncontent-length: 54\n",
        "\n\n  {\n-   \"ip\": \"203.0.113.77\",\n-   \"card\": 4111111111111111\n\
         +   \"ip\": \"203.0.113.0\",\n+   \"card\": \"[payment-card]\"\n  }\n",
    ] {
        assert!(told.contains(expected), "{expected:?} in\n{told}");
    }
    assert!(!told.contains("content-md5"), "{told}");

    let head = head.replace("shop.example.org\nRef", "blog.example.org\nRef");
    let file = folder.file("head", &head);
    let arguments = ["explain", "--config", &folder.path(), "--body", "-", &file];
    let done = cloakroom(&arguments).input(body).run();
    assert!(done.succeeded().out.contains("redaction  none"), "{}", done.out);
    assert!(done.out.contains("\n  {\n    \"ip\": \"203.0.113.77\",\n"), "{}", done.out);
}

#[test]
fn a_body_that_names_its_property_is_heard() {
    let folder = Configured::new();
    let sources = "[properties]\nsources = [{ json = \"token\" }, \
                   { json = \"identifier\", inside = \"token\" }]\n\
                   [[property]]\nid = \"shop\"\n[[property]]\nid = \"blog\"\n";
    let start = CONFIG.find("[[redaction]]").expect("a table");
    folder.file("cloakroom.toml", &format!("{}{sources}", &CONFIG[..start]));
    let file = folder.file("head", "POST / HTTP/1.1\nHost: shop.example.org\n");
    let arguments = ["explain", "--config", &folder.path(), "--body", "-", &file];
    for (body, expected) in [
        ("{\"token\":\"shop\"}", "property   shop (named by json token)\n"),
        (
            r#"{"identifier":"{\"token\":\"blog\"}"}"#,
            "property   blog (named by json identifier inside token)\n",
        ),
        ("{}", "property   (unknown) (no source names a property"),
        (
            r#"{"token":"shop","identifier":"{\"token\":\"blog\"}"}"#,
            "decision   refused: property-conflict (400 Bad Request)\n",
        ),
    ] {
        let done = cloakroom(&arguments).input(body).run();
        assert!(done.succeeded().out.contains(expected), "{expected:?} in\n{}", done.out);
    }
}

#[test]
fn a_body_that_would_be_refused_is_told_by_its_place() {
    let folder = Configured::new();
    let head = "POST / HTTP/1.1\nHost: shop.example.org\n";
    let file = folder.file("head", head);
    let arguments = ["explain", "--config", &folder.path(), "--body", "-", &file];
    let done = cloakroom(&arguments).input("[".repeat(200)).run();
    let line = "redaction  chat: refused: body: unreadable: nested too deep at byte 128\n";
    assert!(done.succeeded().out.ends_with(line), "{}", done.out);
}

fn redact(arguments: &[&str]) -> process::Process {
    cloakroom(&[&["redact"], arguments].concat())
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// A folder with a configuration whose properties choose differently.
struct Configured(TempDir);

impl Configured {
    fn new() -> Self {
        let configured = Self(folder());
        configured.file("cloakroom.toml", CONFIG);
        configured
    }

    fn path(&self) -> String {
        self.0.path().join("cloakroom.toml").to_str().expect("a path").to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file: PathBuf = self.0.path().join(name);
        fs::write(&file, text).expect("a file");
        file.to_str().expect("a path").to_owned()
    }
}

const CONFIG: &str = r#"
listener = [{ bind = "127.0.0.1:8080" }]
upstream = [{ servers = ["http://127.0.0.1:3000"] }]

[[redaction]]
name = "chat"
actions = { ip-address = "address", email = "remove" }

[[redaction]]
name = "agents"
kinds = ["payment-card"]

[[redaction]]
name = "watching"
observe = true

[[redaction]]
name = "links"
in = ["query"]

[[property]]
id = "shop"
hosts = ["shop.example.org"]
record = "truncate"
redact = "chat"
redact_responses = "agents"

[[property]]
id = "bank"
hosts = ["bank.example.org"]
redact = "watching"

[[property]]
id = "blog"
hosts = ["blog.example.org"]

[[property]]
id = "news"
hosts = ["news.example.org"]
redact = "links"
"#;
