//! The demo in a real browser: what a person types, and what the backend gets to see of it.
//!
//! Needs Chromium and its driver. Without them it fails, unless `CLOAKROOM_NO_BROWSER=1` says
//! that this machine is to do without.

#![expect(clippy::panic, reason = "a browser that does not do what it is told fails its test")]

#[path = "browser/demo.rs"]
mod demo;
#[path = "browser/driver.rs"]
mod driver;

use demo::Demo;
use driver::Browser;

/// What the person types that nobody else should read. The card number is kept for tests, the
/// telephone number for films.
const EMAIL: &str = "joe.public@example.org";
const CARD: &str = "5555 5555 5555 4444";
const PHONE: &str = "030 23125 042";

#[test]
fn what_is_typed_into_the_form_arrives_redacted() {
    let Some(browser) = Browser::start() else { return };
    let demo = Demo::start();
    browser.open(&demo.url);
    browser.fill("#name", "Joe Public");
    browser.fill("#email", EMAIL);
    browser.fill("#message", &format!("Where is it? I paid with {CARD}. Call me: {PHONE}."));
    browser.click("#send");
    browser.until("#summary", "Sent.");

    // One property chose to see all, so all was sent.
    let open = received_by(&browser, "open");
    for secret in [EMAIL, CARD, PHONE] {
        assert!(open.contains(secret), "not sent: {secret}: {open}");
    }
    for property in ["shop", "blog", "clinic", "court"] {
        let received = received_by(&browser, property);
        assert!(received.contains("Where is it?"), "{property} received nothing: {received}");
        for secret in [EMAIL, CARD, PHONE, &CARD.replace(' ', ""), &PHONE.replace(' ', "")] {
            assert!(!received.contains(secret), "{property} received {secret}: {received}");
        }
    }
    let shop = received_by(&browser, "shop");
    assert!(
        shop.contains(
            r#""email":"[email]","text":"Where is it? I paid with [payment-card]. Call me: [phone-national].""#
        ),
        "{shop}"
    );
}

#[test]
fn what_is_typed_into_the_chat_arrives_redacted() {
    let Some(browser) = Browser::start() else { return };
    let demo = Demo::start();
    browser.open(&demo.url);
    let message = "I am ann@example.org, card 4111 1111 1111 1111, phone +49 30 901820.";
    let secrets = ["ann@example.org", "4111", "1111", "901820"];
    let say = |property: &str| {
        browser.script(
            "const chosen = document.querySelector('#chat-property');
             chosen.value = arguments[0];
             chosen.dispatchEvent(new Event('change'));",
            &[property],
        );
        browser.until("#chat-line", &format!("Open: {}demo/{property}/chat", wss(&demo.url)));
        browser.fill("#chat-text", message);
        browser.click("#chat-send");
        browser.until(".turn:last-child .reply", "Agent: ");
        let shown = browser.script(
            "const turn = document.querySelector('.turn:last-child');
             return ['.wrote', '.got', '.reply'].map((part) => turn.querySelector(part).textContent);",
            &[],
        );
        let [wrote, got, reply] =
            [0, 1, 2].map(|at| shown[at].as_str().expect("a text").to_owned());
        assert_eq!(wrote, message);
        (got, reply)
    };

    // One property chose to see all, so all was sent.
    let (got, reply) = say("open");
    assert_eq!(got, message);
    assert_eq!(reply, format!("Agent: You wrote: “{message}”"));

    let (got, reply) = say("shop");
    assert_eq!(got, "I am [email], card [payment-card], phone [phone].");
    assert_eq!(reply, format!("Agent: You wrote: “{got}”"));

    for property in ["blog", "clinic", "court"] {
        let (got, reply) = say(property);
        assert!(got.starts_with("I am "), "{property} received nothing: {got}");
        for secret in secrets {
            // A card's last digits stay at the blog.
            if (property, secret) != ("blog", "1111") {
                assert!(!got.contains(secret), "{property} received {secret}: {got}");
                assert!(!reply.contains(secret), "{property} replied {secret}: {reply}");
            }
        }
    }
}

/// Where a page's WebSockets go: the same place, over TLS.
fn wss(page: &str) -> String {
    format!("wss://{}", page.strip_prefix("https://").expect("the page comes over TLS"))
}

/// All that the backend received for a property, as the page shows it: head and body.
fn received_by(browser: &Browser, property: &str) -> String {
    let found = browser.script(
        "for (const ticket of document.querySelectorAll('.ticket')) {
           if (ticket.querySelector('.stub code').textContent === `/demo/${arguments[0]}`) {
             return ticket.querySelector('.whole').textContent;
           }
         }",
        &[property],
    );
    found.as_str().unwrap_or_else(|| panic!("the page shows nothing of {property}")).to_owned()
}
