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
