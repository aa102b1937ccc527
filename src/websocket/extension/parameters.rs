//! Which parameters of permessage-deflate does one side name (RFC 7692 §7.1)?

use super::element::Element;

/// The name of the extension.
pub(super) const NAME: &[u8] = b"permessage-deflate";

/// What an offer or an answer says, word for word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) server_no_context_takeover: bool,
    pub(super) client_no_context_takeover: bool,
    pub(super) server_max_window_bits: Option<u8>,
    /// In an offer it may stand without a value: the client lets the server choose.
    pub(super) client_max_window_bits: Option<Option<u8>>,
}

impl Parameters {
    /// The parameters; `None` if one is unknown, doubled, or has a value that it cannot have.
    pub(super) fn read(element: &Element<'_>) -> Option<Self> {
        let mut found = Self::default();
        for (name, value) in &element.parameters {
            let value = value.as_deref();
            let is_first = match *name {
                b"server_no_context_takeover" => set(&mut found.server_no_context_takeover, value),
                b"client_no_context_takeover" => set(&mut found.client_no_context_takeover, value),
                b"server_max_window_bits" => {
                    found.server_max_window_bits.replace(window_bits(value?)?).is_none()
                }
                b"client_max_window_bits" => {
                    let bits = match value {
                        None => None,
                        Some(value) => Some(window_bits(value)?),
                    };
                    found.client_max_window_bits.replace(bits).is_none()
                }
                _ => return None,
            };
            if !is_first {
                return None;
            }
        }
        Some(found)
    }
}

/// Sets what has no value; `false` if it has one, or was set before.
fn set(flag: &mut bool, value: Option<&[u8]>) -> bool {
    !std::mem::replace(flag, true) && value.is_none()
}

/// 8 to 15, in decimal digits without a zero in front.
fn window_bits(value: &[u8]) -> Option<u8> {
    match value {
        [digit @ b'8'..=b'9'] => Some(digit - b'0'),
        [b'1', digit @ b'0'..=b'5'] => Some(10 + (digit - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::element::elements;
    use super::*;

    #[test]
    fn each_parameter_has_its_place() {
        let none = Parameters::default();
        check("", Some(none));
        check(
            ";server_no_context_takeover",
            Some(Parameters { server_no_context_takeover: true, ..none }),
        );
        check(
            ";client_no_context_takeover",
            Some(Parameters { client_no_context_takeover: true, ..none }),
        );
        check(
            ";client_max_window_bits",
            Some(Parameters { client_max_window_bits: Some(None), ..none }),
        );
        for bits in 8..=15 {
            check(
                &format!(";client_max_window_bits={bits}; server_max_window_bits=\"{bits}\""),
                Some(Parameters {
                    client_max_window_bits: Some(Some(bits)),
                    server_max_window_bits: Some(bits),
                    ..none
                }),
            );
        }
    }

    #[test]
    fn what_is_unknown_doubled_or_out_of_range_spoils_it() {
        for parameters in [
            ";x",
            ";Server_no_context_takeover",
            ";server_no_context_takeover=1",
            ";server_no_context_takeover;server_no_context_takeover",
            ";client_no_context_takeover=\"true\"",
            ";client_no_context_takeover;client_no_context_takeover",
            ";server_max_window_bits",
            ";server_max_window_bits=7",
            ";server_max_window_bits=16",
            ";server_max_window_bits=08",
            ";server_max_window_bits=1",
            ";server_max_window_bits=0x9",
            ";server_max_window_bits=+9",
            ";server_max_window_bits=100",
            ";server_max_window_bits=9;server_max_window_bits=9",
            ";client_max_window_bits;client_max_window_bits",
            ";client_max_window_bits;client_max_window_bits=9",
            ";client_max_window_bits=16",
        ] {
            check(parameters, None);
        }
    }

    #[track_caller]
    fn check(parameters: &str, expected: Option<Parameters>) {
        let line = format!("permessage-deflate{parameters}");
        let elements = elements(line.as_bytes()).unwrap();
        assert_eq!(Parameters::read(&elements[0]), expected, "{line}");
    }
}
