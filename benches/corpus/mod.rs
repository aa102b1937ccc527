//! Synthetic payloads, the same on every run: nothing in them belongs to anybody.
//!
//! Words are drawn from a fixed list by a linear congruential generator; addresses, numbers and
//! cards are documentation and test values.

#![allow(clippy::cast_possible_truncation, reason = "synthetic numbers may lose bits")]

/// How large each corpus is about, in bytes.
pub(crate) const SIZE: usize = 1 << 20;

/// Chat messages as JSON documents, one a line; `percent` of them have personal data.
pub(crate) fn chat(percent: u64) -> Vec<u8> {
    let mut dice = Dice(42);
    let mut out = Vec::new();
    while out.len() < SIZE {
        let mut text = sentence(&mut dice, 14);
        if dice.up_to(100) < percent {
            text.push(' ');
            text.push_str(PERSONAL[dice.up_to(PERSONAL.len() as u64) as usize]);
            text.push(' ');
            text.push_str(&sentence(&mut dice, 4));
        }
        let line = format!(
            "{{\"id\":{},\"type\":\"message.created\",\"conversation\":\"{:08x}-1c2d-4e3f-8a4b-{:012x}\",\
             \"content\":\"{text}\",\"created_at\":{},\"read\":false,\"tags\":[\"{}\",\"{}\"]}}\n",
            dice.up_to(90_000),
            dice.next() as u32,
            dice.next() & 0xffff_ffff_ffff,
            1_790_000_000_000 + dice.up_to(9_000_000_000),
            WORDS[dice.up_to(WORDS.len() as u64) as usize],
            WORDS[dice.up_to(WORDS.len() as u64) as usize],
        );
        out.extend_from_slice(line.as_bytes());
    }
    out
}

/// Plain English without anything personal.
pub(crate) fn english() -> Vec<u8> {
    let mut dice = Dice(7);
    let mut out = String::new();
    while out.len() < SIZE {
        out.push_str(&sentence(&mut dice, 12));
        out.push_str(".\n");
    }
    out.into_bytes()
}

/// Orders, prices, times, versions, identifiers: digits that are nobody's.
pub(crate) fn digits() -> Vec<u8> {
    let mut dice = Dice(11);
    let mut out = String::new();
    while out.len() < SIZE {
        let n = dice.next();
        match n % 6 {
            0 => out.push_str(&format!(
                "2026-{:02}-{:02}T{:02}:{:02}:00Z,",
                n % 12 + 1,
                n % 28 + 1,
                n % 24,
                n % 60
            )),
            1 => out.push_str(&format!("{}.{:02} EUR,", n % 10_000, n % 100)),
            2 => out.push_str(&format!("{},", 1_790_000_000_000 + n % 9_000_000_000)),
            3 => out.push_str(&format!("v{}.{}.{},", n % 20, n % 9, n % 30)),
            4 => out.push_str(&format!("{:032x},", u128::from(n) << 17)),
            _ => out.push_str(&format!("#{} x {} ({} %)\n", n % 1_000_000, n % 40, n % 100)),
        }
    }
    out.into_bytes()
}

/// What makes other engines slow: long runs that almost are something.
pub(crate) fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let run = |unit: &str| unit.repeat(SIZE / unit.len()).into_bytes();
    let locals = |unit: &str| {
        let mut out = unit.repeat(65_536 / unit.len());
        out.push('@');
        out.repeat(SIZE / out.len()).into_bytes()
    };
    vec![
        ("letters before an at", locals("a")),
        ("dotted before an at", locals("a.")),
        ("at after at", run("a@")),
        ("labels behind an at", run("a@b.c.d.e.f.g.h.i.j.k.l.m.1 ")),
        ("digits and hyphens", run("1-")),
        ("digits and blanks", run("4 ")),
        ("digits", run("4")),
        ("colons", run(":")),
        ("hexadecimal and colons", run("f:")),
        ("backslashes", run("\\")),
        ("plus and digits", run("+4 ")),
        ("percent", run("%41")),
        ("open tags", run("<b ")),
        ("quotes", run("\"a@")),
        ("tokens", run("eyJ")),
    ]
}

/// A chat message with a picture of 300 kB in Base64, in several spellings.
pub(crate) fn pictures() -> [(&'static str, Vec<u8>); 3] {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut dice = Dice(13);
    let mut url = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA".to_owned();
    url.extend((0..300_000).map(|_| char::from(SIGNS[dice.up_to(64) as usize])));
    let message = |content: &str| format!("{{\"content\":\"{content}\",\"id\":1}}").into_bytes();
    [
        ("bare", message(&url)),
        ("in HTML", message(&format!("<p>hello</p><img src=\\\"{url}\\\" alt=\\\"\\\">"))),
        ("with escaped slashes", message(&url.replace('/', "\\/"))),
    ]
}

/// Text in other scripts.
pub(crate) fn world() -> Vec<u8> {
    const LINES: [&str; 4] = [
        "Könnten Sie mir bitte sagen, wann meine Bestellung geliefert wird? Schöne Grüße aus München. ",
        "Καλημέρα, πότε θα φτάσει η παραγγελία μου; Ευχαριστώ πολύ για τη βοήθεια. ",
        "こんにちは、注文した商品はいつ届きますか。よろしくお願いします。",
        "Thanks 👍 that works 🎉 see you tomorrow 😀😀 ",
    ];
    let mut dice = Dice(5);
    let mut out = Vec::new();
    while out.len() < SIZE {
        out.extend_from_slice(LINES[dice.up_to(4) as usize].as_bytes());
    }
    out
}

fn sentence(dice: &mut Dice, words: u64) -> String {
    let mut text = String::new();
    for index in 0..words + dice.up_to(4) {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(WORDS[dice.up_to(WORDS.len() as u64) as usize]);
    }
    text
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // Knuth's MMIX generator.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    fn up_to(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

const PERSONAL: [&str; 6] = [
    "ann.lee@example.org",
    "+44 20 7946 0018",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "203.0.113.77",
    "2001:db8::7",
];

const WORDS: [&str; 96] = [
    "the",
    "order",
    "is",
    "late",
    "and",
    "I",
    "would",
    "like",
    "to",
    "know",
    "when",
    "it",
    "arrives",
    "please",
    "thanks",
    "hello",
    "my",
    "account",
    "does",
    "not",
    "work",
    "since",
    "yesterday",
    "could",
    "you",
    "help",
    "me",
    "with",
    "this",
    "invoice",
    "we",
    "have",
    "a",
    "question",
    "about",
    "your",
    "delivery",
    "address",
    "can",
    "be",
    "changed",
    "after",
    "payment",
    "of",
    "course",
    "that",
    "was",
    "fast",
    "great",
    "service",
    "again",
    "how",
    "long",
    "until",
    "refund",
    "shows",
    "on",
    "card",
    "statement",
    "bought",
    "two",
    "shoes",
    "but",
    "only",
    "one",
    "came",
    "size",
    "blue",
    "want",
    "return",
    "them",
    "shop",
    "closed",
    "today",
    "open",
    "tomorrow",
    "morning",
    "call",
    "back",
    "later",
    "number",
    "in",
    "profile",
    "password",
    "reset",
    "link",
    "never",
    "reached",
    "inbox",
    "checked",
    "spam",
    "folder",
    "too",
    "nothing",
    "there",
    "sorry",
];
