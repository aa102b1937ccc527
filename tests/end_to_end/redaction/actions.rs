//! What stands in the place of a find, where that depends on the visitor's property.

use crate::harness::backend;
use crate::harness::cloakroom::{self, Builder};
use crate::harness::visitor;

#[tokio::test]
async fn an_address_in_a_body_becomes_what_its_owner_would_be_told_as() {
    let shop = backend::start().await;
    for record in ["off", "pseudonym", "truncate", "sealed", "full"] {
        let door = recording(&cloakroom::before(&shop), record).start().await;
        for address in ["203.0.113.77", "198.51.100.23", "2a00:1450:4001::7"] {
            assert_eq!(visitor::at(address).get(&door, "/").await.status(), 200);
            let told = shop.requests().pop().expect("a request").field("x-forwarded-for");
            assert_eq!(told.is_empty(), record == "off");
            let label = if told.is_empty() { "[ip-address]" } else { told.as_str() };
            // Whoever writes it, and whatever for.
            for writer in [address, "192.0.2.1"] {
                let body = format!("{{\"ip\":\"{address}\",\"note\":\"from {address}.\"}}");
                let ann = visitor::at(writer).with("content-type", "application/json");
                assert_eq!(ann.post(&door, "/", body.as_bytes()).await.status(), 200);
                let seen = shop.requests().pop().expect("a request");
                assert_eq!(seen.text(), body.replace(address, label), "{record}");
            }
        }
    }
}

#[tokio::test]
async fn an_address_in_a_head_is_disclosed_once() {
    let shop = backend::start().await;
    for record in ["pseudonym", "truncate", "full"] {
        let door = recording(&cloakroom::before(&shop), record).start().await;
        let ann = visitor::at("203.0.113.77");
        assert_eq!(ann.get(&door, "/?ip=203.0.113.77").await.status(), 200);
        let seen = shop.requests().pop().expect("a request");
        let told = seen.field("x-forwarded-for");
        assert_eq!(seen.target(), format!("/?ip={told}"), "{record}");
        // What was disclosed is not disclosed again.
        if record == "pseudonym" {
            assert_eq!(ann.post(&door, "/", told.as_bytes()).await.status(), 200);
            assert_eq!(shop.requests().pop().expect("a request").text(), told);
        }
    }
}

#[tokio::test]
async fn stand_ins_are_one_for_each_value_and_stay_the_same() {
    let shop = backend::start().await;
    let set = "kinds = [\"email\", \"phone\"]\naction = \"stand-in\"";
    let mut door = cloakroom::before(&shop).redacting(set).start().await;
    let mut first = Vec::new();
    for round in 0..2 {
        for (number, body) in
            ["ann@example.org", "bob@example.org", "+442079460018", "+442079460019"]
                .into_iter()
                .enumerate()
        {
            let ann = visitor::at("203.0.113.77").with("content-type", "text/plain");
            assert_eq!(ann.post(&door, "/", body.as_bytes()).await.status(), 200);
            let told = shop.requests().pop().expect("a request").text();
            assert_ne!(told, body);
            match round {
                0 => {
                    assert!(!first.contains(&told), "{told} stands for two");
                    first.push(told);
                }
                _ => assert_eq!(told, first[number], "after a reload it is another"),
            }
        }
        door.reload(&cloakroom::before(&shop).redacting(&format!("{set}\nbase64 = false"))).await;
    }
}

#[tokio::test]
async fn two_properties_have_stand_ins_of_their_own() {
    let shop = backend::start().await;
    let other = "[[property]]\nid = \"other\"\nhosts = [\"other.example.org\"]\nredact = \"chat\"";
    let door =
        cloakroom::before(&shop).redacting("action = \"stand-in\"").toml(other).start().await;
    let ann = visitor::at("203.0.113.77");
    for ann in [ann.clone(), ann.host("other.example.org")] {
        assert_eq!(ann.post(&door, "/", b"ann@example.org").await.status(), 200);
    }
    let seen = shop.requests();
    assert_ne!(seen[0].text(), seen[1].text());
}

/// With a set that discloses addresses as the property records them.
fn recording(builder: &Builder, mode: &str) -> Builder {
    let key = if mode == "sealed" { "sealed = { key_file = \"sealing.key\" }\n" } else { "" };
    let set = "[[redaction]]\nname = \"chat\"\nkinds = [\"ip-address\"]\naction = \"address\"";
    let shop = format!("record = {mode:?}\nredact = \"chat\"\n{key}");
    builder.clone().shop(&shop).toml(set)
}
