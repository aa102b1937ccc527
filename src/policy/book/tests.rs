//! What the sources of a request say, alone and together.

use super::*;
use crate::policy::binding::EXPIRES;
use crate::policy::json_place::JsonPlace;
use crate::policy::property::Policy;
use crate::policy::source::{PathPattern, Plucked, WithBody};

struct Request<'a> {
    host: &'a str,
    path: &'a str,
    query: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

impl RequestView for Request<'_> {
    fn host(&self) -> Option<&str> {
        Some(self.host)
    }
    fn path(&self) -> &str {
        self.path
    }
    fn query(&self) -> Option<&str> {
        Some(self.query)
    }
    fn field(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for (_, value) in self.fields.iter().filter(|(n, _)| *n == name) {
            each(value.as_bytes());
        }
    }
}

const PLAIN: Request<'_> = Request { host: "chat.example.org", path: "/", query: "", fields: &[] };

#[test]
fn every_source_can_name_a_property() {
    check(&Request { query: "a=1&website_token=shop-key", ..PLAIN }, "shop");
    check(&Request { query: "website%5Ftoken=shop%2Dkey", ..PLAIN }, "shop");
    check(&Request { path: "/inboxes/blog", ..PLAIN }, "blog");
    check(&Request { fields: &[("x-property", " blog ")], ..PLAIN }, "blog");
    check(&Request { fields: &[("cookie", "a=b; prop=\"blog\"")], ..PLAIN }, "blog");
    check(&Request { host: "SHOP.example.org.", ..PLAIN }, "shop");
    check(&Request { host: "a.b.blog.example.org", ..PLAIN }, "blog");
}

#[test]
fn silence_and_an_unknown_key_are_told_apart() {
    check(&PLAIN, "silent");
    check(&Request { query: "website_token=", ..PLAIN }, "silent");
    check(&Request { query: "website_token=nobody", ..PLAIN }, "unknown");
    check(&Request { fields: &[("x-property", "\u{fffd}")], ..PLAIN }, "unknown");
    check(&Request { host: "blog.example.org", ..PLAIN }, "silent");
}

#[test]
fn two_properties_in_one_request_are_a_conflict() {
    for query in [
        "website_token=shop-key&website_token=blog",
        "website_token=shop-key&website_token=nobody",
        "website_token=nobody&website_token=shop-key",
    ] {
        check(&Request { query, ..PLAIN }, "conflict");
    }
    check(&Request { host: "shop.example.org", query: "website_token=blog", ..PLAIN }, "conflict");
    check(
        &Request { host: "shop.example.org", query: "website_token=nobody", ..PLAIN },
        "conflict",
    );
    check(&Request { host: "shop.example.org", query: "website_token=shop-key", ..PLAIN }, "shop");
}

#[test]
fn a_body_speaks_beside_its_head() {
    check_body(&PLAIN, &[], "silent");
    check_body(&PLAIN, &[(JSON, "blog")], "blog");
    check_body(&PLAIN, &[(FORM, "shop-key"), (FORM, "shop-key")], "shop");
    check_body(&PLAIN, &[(JSON, "")], "silent");
    check_body(&PLAIN, &[(JSON, "nobody")], "unknown");
    check_body(&PLAIN, &[(JSON, "blog"), (JSON, "shop-key")], "conflict");
    check_body(&PLAIN, &[(JSON, "blog"), (FORM, "shop-key")], "conflict");
    let query = Request { query: "website_token=shop-key", ..PLAIN };
    check_body(&query, &[], "shop");
    check_body(&query, &[(JSON, "shop-key")], "shop");
    check_body(&query, &[(JSON, "blog")], "conflict");
    check_body(&query, &[(FORM, "nobody")], "conflict");
    check_body(&query, &[(3, "blog")], "shop");
}

#[test]
fn a_token_that_is_known_names_its_property() {
    check(&Request { query: "cable=shop-token", ..PLAIN }, "shop");
    check(&Request { query: "cable=shop%2Dtoken", ..PLAIN }, "shop");
    check(&Request { fields: &[("x-session", "shop-token")], ..PLAIN }, "shop");
    check(&Request { fields: &[("x-session", "blog-token")], ..PLAIN }, "blog");
    check_body(&PLAIN, &[(TOKEN, "blog-token")], "blog");
    // The same property in every place, and beside its host and its key.
    let query = "cable=shop-token&cable=shop-token&website_token=shop-key";
    let fields = &[("x-session", "shop-token")];
    check(&Request { host: "shop.example.org", path: "/", query, fields }, "shop");
}

#[test]
fn a_token_that_nobody_knows_is_silent_beside_another_claim() {
    for strange in ["cable=nobody", "cable=gone-token", "cable=SHOP-token"] {
        let with = |other: &str| format!("{strange}&{other}");
        check(&Request { query: strange, ..PLAIN }, "unknown");
        check(&Request { query: strange, host: "shop.example.org", ..PLAIN }, "shop");
        check(&Request { query: &with("website_token=blog"), ..PLAIN }, "blog");
        check(&Request { query: &with("cable=shop-token"), ..PLAIN }, "shop");
        check(&Request { query: &format!("cable=shop-token&{strange}"), ..PLAIN }, "shop");
        check(&Request { query: &with("website_token=nobody"), ..PLAIN }, "unknown");
    }
    check(&Request { query: "cable=", ..PLAIN }, "silent");
}

#[test]
fn a_token_that_disagrees_is_a_conflict() {
    for query in [
        "cable=shop-token&cable=blog-token",
        "cable=shop-token&website_token=blog",
        "cable=shop-token&website_token=nobody",
    ] {
        check(&Request { query, ..PLAIN }, "conflict");
    }
    let query = "cable=blog-token";
    check(&Request { query, host: "shop.example.org", ..PLAIN }, "conflict");
    check(&Request { query, fields: &[("x-session", "shop-token")], ..PLAIN }, "conflict");
    check_body(&Request { query, ..PLAIN }, &[(TOKEN, "shop-token")], "conflict");
    check_body(&Request { query, ..PLAIN }, &[(JSON, "shop-key")], "conflict");
}

#[test]
fn a_property_is_found_by_its_id() {
    let book = book();
    assert_eq!(book.by_id("blog").map(|property| &*property.id), Some("blog"));
    assert_eq!(book.by_id("shop-key"), None);
}

#[test]
fn what_a_body_says_is_not_printed() {
    let source = Source::Form("token".into());
    let plucked = [Plucked { source: &source, value: b"ann".to_vec() }];
    let view = WithBody { head: &PLAIN, plucked: &plucked };
    assert_eq!(format!("{view:?}"), "WithBody { plucked: [form token: 3 bytes], .. }");
}

#[test]
fn a_key_belongs_to_one_property() {
    let mut builder = Book::builder(vec![], UnknownProperty::Refuse);
    builder.add(property("a"), &["k".into()], &[]).expect("free");
    let taken = builder.add(property("b"), &["k".into()], &[]).expect_err("taken");
    assert_eq!((taken.name.as_str(), &*taken.by), ("k", "a"));
    assert_eq!(builder.build().properties().len(), 1);
}

#[track_caller]
fn check(request: &Request<'_>, expected: &str) {
    assert_eq!(said(&book(), request), expected);
}

/// The values are plucked for the sources of these numbers.
#[track_caller]
fn check_body(request: &Request<'_>, values: &[(usize, &str)], expected: &str) {
    let book = book();
    let shown = book.bindings().iter().flat_map(|binding| &binding.show);
    let all: Vec<&Source> = book.sources().iter().chain(shown).collect();
    let plucked: Vec<Plucked<'_>> = values
        .iter()
        .map(|(source, value)| Plucked { source: all[*source], value: value.as_bytes().to_vec() })
        .collect();
    let view = WithBody { head: request, plucked: &plucked };
    assert_eq!(said(&book, &view), expected);
    let in_body: Vec<_> = book.body_sources().collect();
    assert_eq!(in_body, [all[JSON], all[FORM], all[TOKEN]]);
}

/// Their numbers among the sources, and what is shown behind them.
const JSON: usize = 5;
const FORM: usize = 6;
const TOKEN: usize = 9;

/// Tokens such as `shop-token`.
struct Remembered;

impl Tokens for Remembered {
    fn property_of(&mut self, _: &Binding, token: &str) -> Option<Arc<str>> {
        token
            .strip_suffix("-token")
            .filter(|id| ["shop", "blog", "gone"].contains(id))
            .map(Arc::from)
    }
}

fn book() -> Arc<Book> {
    let sources = vec![
        Source::Host,
        Source::Path(PathPattern::parse("/inboxes/{property}/**").expect("good pattern")),
        Source::Query("website_token".into()),
        Source::Header("x-property".into()),
        Source::Cookie("prop".into()),
        Source::Json(JsonPlace::at("contact.website_token")),
        Source::Form("website_token".into()),
    ];
    let place = JsonPlace { path: "identifier".into(), inside: Some("token".into()) };
    let binding = |name: &str, show| Binding {
        name: name.into(),
        learn: vec![JsonPlace::at("token")],
        show,
        expires: EXPIRES,
    };
    let bindings = vec![
        binding(
            "cable",
            vec![
                Source::Query("cable".into()),
                Source::Form("website_token".into()),
                Source::Json(place),
            ],
        ),
        binding("session", vec![Source::Header("x-session".into())]),
    ];
    let mut builder = Book::builder(sources, UnknownProperty::Refuse).with_bindings(bindings);
    builder
        .add(property("shop"), &["shop-key".into()], &["shop.example.org".into()])
        .expect("free");
    builder.add(property("blog"), &["blog".into()], &["*.blog.example.org".into()]).expect("free");
    builder.build()
}

fn said<'b>(book: &'b Book, request: &dyn RequestView) -> &'b str {
    match book.find(request, &mut Remembered) {
        Found::Property(property, _) => &property.id,
        Found::Silent => "silent",
        Found::Unknown(_) => "unknown",
        Found::Conflict(..) => "conflict",
    }
}

fn property(id: &str) -> Property {
    Property { id: id.into(), policy: Arc::new(Policy::default()) }
}
