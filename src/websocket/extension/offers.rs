//! What does a client offer, and what of it is accepted?

use super::agreement::Agreement;
use super::element::elements;
use super::malformed::Malformed;
use super::parameters::{NAME, Parameters};
use super::wanted::Wanted;

/// The offers of permessage-deflate that can be understood, the client's favourite first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers(Vec<Parameters>);

impl Offers {
    /// Reads all lines of `Sec-WebSocket-Extensions` of a request, in order. Other extensions
    /// are no offers for us, nor is one with a parameter that is unknown, doubled, or has a wrong
    /// value (RFC 7692 §7.1).
    ///
    /// ```
    /// use cloakroom::websocket::extension::{Offers, Wanted};
    ///
    /// let line = b"permessage-deflate; client_max_window_bits".as_slice();
    /// let offers = Offers::parse([line].into_iter()).unwrap();
    /// let agreement = offers.accept(&Wanted { context_takeover: true }).unwrap();
    /// assert_eq!(agreement.response(), "permessage-deflate");
    /// ```
    pub fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Self, Malformed> {
        let mut offers = Vec::new();
        for line in lines {
            let elements = elements(line)?;
            let ours = elements.iter().filter(|element| element.name == NAME);
            offers.extend(ours.filter_map(Parameters::read));
        }
        Ok(Self(offers))
    }

    /// The first offer that can be accepted, with what is wanted. One cannot: the smallest
    /// window, of 256 bytes, is none that zlib deflates with.
    pub fn accept(&self, wanted: &Wanted) -> Option<Agreement> {
        let offer = self.0.iter().find(|offer| offer.server_max_window_bits != Some(8))?;
        Some(Agreement::accepting(offer, wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::super::wanted::offer;
    use super::*;

    const KEEP: Wanted = Wanted { context_takeover: true };
    const DROP: Wanted = Wanted { context_takeover: false };

    #[test]
    fn an_offer_is_answered_with_what_was_asked_for() {
        for (offer, expected) in [
            ("permessage-deflate", "permessage-deflate"),
            ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
            (
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate; server_no_context_takeover",
            ),
            (
                "permessage-deflate; client_no_context_takeover",
                "permessage-deflate; client_no_context_takeover",
            ),
            (
                "permessage-deflate; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=9",
            ),
            (
                "permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=15",
            ),
            (
                "permessage-deflate; client_max_window_bits=8",
                "permessage-deflate; client_max_window_bits=8",
            ),
            (
                "permessage-deflate; server_max_window_bits=\"10\"; client_max_window_bits=12; \
                 client_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
                 server_max_window_bits=10; client_max_window_bits=12",
            ),
        ] {
            check(&[offer], &KEEP, Some(expected));
        }
    }

    #[test]
    fn without_context_takeover_both_sides_are_told_so() {
        let both = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        check(&["permessage-deflate"], &DROP, Some(both));
        check(&["permessage-deflate; client_max_window_bits"], &DROP, Some(both));
        check(
            &["permessage-deflate; server_max_window_bits=11"],
            &DROP,
            Some(&format!("{both}; server_max_window_bits=11")),
        );
    }

    #[test]
    fn the_first_offer_that_can_be_accepted_is() {
        let nine = "permessage-deflate; server_max_window_bits=9";
        for lines in [
            ["permessage-deflate; server_max_window_bits=8, ", nine].as_slice(),
            &["permessage-deflate; server_max_window_bits=7", nine],
            &["permessage-deflate; x, permessage-deflate; server_max_window_bits=9"],
            &["x-webkit-deflate-frame, permessage-bzip2; server_max_window_bits=1,", "", nine],
            &[nine, "permessage-deflate"],
        ] {
            check(lines, &KEEP, Some(nine));
        }
    }

    #[test]
    fn there_may_be_nothing_to_accept() {
        for lines in [
            [].as_slice(),
            &[""],
            &["permessage-bzip2"],
            &["PERMESSAGE-DEFLATE"],
            &["permessage-deflate; server_max_window_bits=8"],
            &["permessage-deflate; server_no_context_takeover; server_no_context_takeover"],
        ] {
            check(lines, &KEEP, None);
        }
    }

    #[test]
    fn a_malformed_line_spoils_all() {
        let lines = [b"permessage-deflate".as_slice(), b"permessage-deflate;"];
        assert_eq!(Offers::parse(lines.into_iter()), Err(Malformed));
    }

    #[test]
    fn what_we_offer_is_what_we_would_accept() {
        for wanted in [KEEP, DROP] {
            let line = offer(&wanted);
            let offers = Offers::parse([line.as_bytes()].into_iter()).unwrap();
            let accepted = offers.accept(&wanted).unwrap();
            let answer = accepted.response();
            let agreed = Agreement::read([answer.as_bytes()].into_iter(), &wanted);
            assert_eq!(agreed, Ok(Some(accepted)), "{line} -> {answer}");
        }
    }

    #[track_caller]
    fn check(lines: &[&str], wanted: &Wanted, expected: Option<&str>) {
        let offers = Offers::parse(lines.iter().map(|line| line.as_bytes())).unwrap();
        let response = offers.accept(wanted).map(|agreement| agreement.response());
        assert_eq!(response.as_deref(), expected, "{lines:?}");
    }
}
