use super::*;
use crate::format::event_stream::EventStream;
use crate::format::heard::{hear, lines, paths, reads};
use proptest::prelude::*;

reads!(Json);

#[test]
fn what_waits_is_told_in_its_order() {
    let payload = r#"["a",{"v":["b",{"c":1}],"w":true,"x":false,"y":null,"k":"x"},"d",true]"#;
    let told = lines(payload.as_bytes(), || json(&["[?k=='x'].v", "[?k=='x'].w"]));
    assert_eq!(
        told,
        [
            "value jsonstring : a",
            "name jsonstring : v",
            "value jsonstring v #0: b",
            "name jsonstring v #0: c",
            "number plain c #0: 1",
            "name jsonstring : w",
            "word plain w #1: true",
            "name jsonstring : x",
            "name jsonstring : y",
            "name jsonstring : k",
            "value jsonstring k: x",
            "value jsonstring : d",
        ]
    );
}

#[test]
fn what_waits_is_told_before_an_error() {
    let reader = || Json::new(Bounds { depth: 3 }, paths(&["[?k=='x'].v"]));
    let (told, result) = hear(br#"[{"v":"a","w":[[]]}]"#, reader);
    assert_eq!(result, Err(Unreadable::TooDeep { at: 15 }));
    let told: Vec<String> = told.iter().map(|told| told.line()).collect();
    assert_eq!(
        told,
        ["name jsonstring : v", "value jsonstring v #0: a", "name jsonstring : w"],
        "it may have been meant"
    );
}

#[test]
fn a_payload_may_follow_one_that_broke_off() {
    let mut json = json(&["[?k=='x'].v"]);
    let mut told = Fields(Vec::new());
    for payload in [&br#"[{"v":"a""#[..], br#"[{"v":"b","k":"y"}]"#, br#"[{"v":"c","k":"x"}"#] {
        json.push(0, payload, &mut told).unwrap();
        json.finish(payload.len() as u64, &mut told).unwrap();
        assert_eq!(json.held(), None);
    }
    assert_eq!(told.0, ["a", "c"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_do_not_matter(payload in "(\\[|\\{|\\}|\\]|,|:|\"k\":|\"v\":|\"x\"|\"\\\\u0078\"|1|true|null| |\"){0,20}") {
        let _told = hear(payload.as_bytes(), || json(PATHS));
    }

    #[test]
    fn nor_do_they_in_events(payload in "(data: ?|\n|\r\n|: a|\\[\\{|\\}|\\]|,|\"k\":\"x\"|\"v\":|\"x\"|1|\"){0,20}") {
        let _told = hear(payload.as_bytes(), || EventStream::new(Bounds::default(), paths(PATHS)));
    }
}

const PATHS: &[&str] = &["..[?k=='x'].v", "[?v==\"1\"]"];

fn json(paths: &[&str]) -> Json {
    Json::new(Bounds::default(), self::paths(paths))
}

/// The texts to which a path leads.
struct Fields(Vec<String>);

impl Sink for Fields {
    fn begin(&mut self, _: u64, text: crate::format::Text<'_>) {
        if text.field.is_some() {
            self.0.push(String::new());
        }
    }

    fn more(&mut self, _: u64, raw: &[u8]) {
        let text = self.0.last_mut().filter(|text| text.is_empty());
        let is_value = raw.len() == 1 && b"abc".contains(&raw[0]);
        if let Some(text) = text.filter(|_| is_value) {
            text.push_str(str::from_utf8(raw).unwrap());
        }
    }

    fn end(&mut self, _: u64) {}
}
