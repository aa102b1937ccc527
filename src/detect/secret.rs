//! Is this a key that opens something? Tokens by their makers' marks.
//!
//! Where a maker put a sum into the token, the sum decides; elsewhere the mark does, and the rest
//! must not be a placeholder.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use super::kind::{Context, Edges, Group, Kind};

/// Keys and tokens.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "jwt",
        what: "A signed JSON Web Token; of an encrypted one the header, the key and the vector.",
        shape: r"eyJ[A-Za-z0-9_-]{9,509}\.[A-Za-z0-9_-]{0,4096}\.[A-Za-z0-9_-]{0,700}",
        check: is_jwt,
        example: (
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln ok",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln",
        ),
        bait: "eyJub3RoaW5nIjoxfQ.eyJzdWIiOiJhbm4ifQ.c2ln",
        source: "RFC 7519 section 3; RFC 7515 section 4.1.1",
        ..TOKEN
    },
    Kind {
        name: "private-key",
        what: "The line that a private key in PEM form begins with.",
        shape: "-----BEGIN (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----",
        edges: Edges::Open,
        check: is_private_key,
        example: ("-----BEGIN EC PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY-----"),
        bait: "-----BEGIN PUBLIC KEY----- -----BEGIN NO PRIVATE KEY-----",
        source: "RFC 7468 sections 10 and 11; RFC 9580 section 6.2; OpenSSH PROTOCOL.key",
        ..TOKEN
    },
    Kind {
        name: "aws-key",
        what: "An AWS access key id, lasting or temporary.",
        shape: "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}",
        check: |text| is_random(text, 4),
        example: ("id AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        bait: "AKIAXXXXXXXXXXXXXXXX AKIAIOSFODNN8EXAMPLE",
        source: "AWS IAM User Guide, reference of identifiers",
        ..TOKEN
    },
    Kind {
        name: "github-token",
        what: "A GitHub token, classic or fine-grained.",
        shape: "(?:gh[oprsu]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59})",
        check: is_github_token,
        example: GITHUB_EXAMPLE,
        bait: "ghp_0123456789abcdefghijABCDEFGHIJ000000",
        source: "GitHub blog, 2021-04-05: Behind GitHub's new authentication token formats",
        ..TOKEN
    },
    Kind {
        name: "stripe-key",
        what: "A secret or restricted key of Stripe.",
        shape: "[rs]k_(?:live|test)_[0-9A-Za-z]{16,200}",
        check: |text| is_random(text, 8),
        example: ("key sk_test_0madeForTests1234567890", "sk_test_0madeForTests1234567890"),
        bait: "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx pk_test_0madeForTests1234567890",
        source: "Stripe documentation, API keys",
        ..TOKEN
    },
    Kind {
        name: "slack-token",
        what: "A token of a Slack app, bot or user.",
        shape: "(?:xox[abeoprs]-[0-9A-Za-z-]{20,250}|xapp-[0-9]-[0-9A-Za-z-]{30,150})",
        check: |text| is_random(text, 5),
        example: ("xoxb-0000-1111-madeForTests0000", "xoxb-0000-1111-madeForTests0000"),
        bait: "xoxb-xxxxxxxxxxxxxxxxxxxxxxxxx xoxz-0000-1111-madeForTests0000",
        source: "Slack documentation, token types",
        ..TOKEN
    },
    Kind {
        name: "google-key",
        what: "A Google API key or OAuth client secret.",
        shape: "(?:AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{28})",
        check: |text| is_random(text, 7),
        example: (
            "key=AIza0madeForTestsOnly_0123456789-abcdef ",
            "AIza0madeForTestsOnly_0123456789-abcdef",
        ),
        bait: "AIzaxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx AIza0short",
        source: "Google Cloud documentation, API keys and OAuth clients",
        ..TOKEN
    },
    Kind {
        name: "openai-key",
        what: "An OpenAI API key; each holds its maker's name in Base64.",
        shape: concat!(
            "sk-(?:(?:proj|svcacct|admin)-[0-9A-Za-z_-]{40,208}",
            "|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z_-]{16,100})",
        ),
        check: is_openai_key,
        example: (
            "sk-made0For1Tests2Only3T3BlbkFJmade0For1Tests2Only3",
            "sk-made0For1Tests2Only3T3BlbkFJmade0For1Tests2Only3",
        ),
        bait: "sk-made0For1Tests2Only3made0For1Tests2Only3 sk-proj-short",
        source: "OpenAI documentation, API keys; the mark T3BlbkFJ is `OpenAI` in Base64",
        ..TOKEN
    },
    Kind {
        name: "anthropic-key",
        what: "An Anthropic API key.",
        shape: "sk-ant-[a-z]{3,6}[0-9]{2}-[0-9A-Za-z_-]{80,120}",
        check: |text| is_random(text, 13),
        example: ANTHROPIC_EXAMPLE,
        bait: "sk-ant-api03-short sk-ant-none",
        source: "Anthropic documentation, API keys",
        ..TOKEN
    },
    Kind {
        name: "gitlab-token",
        what: "A GitLab token: personal, deploy, runner, trigger and others.",
        shape: concat!(
            "gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-",
            r"[0-9A-Za-z_-]{20,80}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?",
        ),
        check: |text| is_random(text, 6),
        example: ("use glpat-0madeForTests123456_", "glpat-0madeForTests123456_"),
        bait: "glpat-xxxxxxxxxxxxxxxxxxxx glxyz-0madeForTests123456_",
        source: "GitLab documentation, token overview: token prefixes",
        ..TOKEN
    },
    Kind {
        name: "npm-token",
        what: "An npm access token.",
        shape: "npm_[0-9A-Za-z]{36}",
        check: |text| has_checksum(text, 4),
        example: NPM_EXAMPLE,
        bait: "npm_0123456789abcdefghijABCDEFGHIJ000000",
        source: "GitHub blog, 2021-09-23: Announcing npm's new access token format",
        ..TOKEN
    },
    Kind {
        name: "sendgrid-key",
        what: "A SendGrid API key.",
        shape: r"SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}",
        check: |text| is_random(text, 3),
        example: SENDGRID_EXAMPLE,
        bait: "SG.short.key",
        source: "Twilio SendGrid documentation, API keys",
        ..TOKEN
    },
    Kind {
        name: "generic-secret",
        what: "A password, key or token behind a word that calls it so.",
        // A full stop behind it ends the sentence.
        shape: "[0-9A-Za-z_+/=.!#$%&*~-]{15,127}[0-9A-Za-z_+/=!#$%&*~-]",
        check: is_chance,
        context: Context::Required(SECRET_WORDS),
        example: ("password: 7Gx!pQ2vT9mLw4Zk8R and", "7Gx!pQ2vT9mLw4Zk8R"),
        bait: "password: changeme, token=website_configuration_key secret: aaaaaaaaaaaaaaaa11",
        source: "Shannon, A Mathematical Theory of Communication (1948), section 6",
        ..TOKEN
    },
];

/// What all tokens have in common.
const TOKEN: Kind = Kind {
    name: "",
    group: Group::Secrets,
    what: "",
    shape: "",
    edges: Edges::Word,
    check: |_| false,
    context: Context::Helps(&["key", "token", "secret", "bearer", "authorization", "password"]),
    example: ("", ""),
    bait: "",
    source: "",
};

const GITHUB_EXAMPLE: (&str, &str) = (
    "token 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 here",
    "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",
);

const NPM_EXAMPLE: (&str, &str) = (
    "_authToken=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",
    "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",
);

const ANTHROPIC_EXAMPLE: (&str, &str) = (
    "x-api-key: sk-ant-api03-0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madAA",
    "sk-ant-api03-0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madeForTestsOnly_0madAA",
);

const SENDGRID_EXAMPLE: (&str, &str) = (
    "key SG.0madeForTestsOnly01234.0madeForTestsOnly0123456789abcdefghijklmnop end",
    "SG.0madeForTestsOnly01234.0madeForTestsOnly0123456789abcdefghijklmnop",
);

fn is_jwt(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Header<'t> {
        alg: &'t str,
    }
    let Some(header) = text.split(|&byte| byte == b'.').next() else { return false };
    // 512 characters of Base64 are 384 bytes.
    let mut space = [0; 384];
    let Ok(length) = BASE64URL_NOPAD.decode_len(header.len()) else { return false };
    let Some(decoded) = space.get_mut(..length) else { return false };
    BASE64URL_NOPAD.decode_mut(header, decoded).is_ok()
        && serde_json::from_slice::<Header<'_>>(decoded).is_ok_and(|header| !header.alg.is_empty())
}

fn is_private_key(line: &[u8]) -> bool {
    let label = line
        .strip_prefix(b"-----BEGIN ")
        .and_then(|rest| rest.strip_suffix(b"-----"))
        .unwrap_or(&[]);
    LABELS.iter().any(|known| known.as_bytes() == label)
}

const LABELS: &[&str] = &[
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "DSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "ANY PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "SSH2 ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
];

fn is_github_token(text: &[u8]) -> bool {
    // What the sum of the fine-grained ones is taken over, GitHub has not told.
    if text.starts_with(b"github_pat_") { is_random(text, 11) } else { has_checksum(text, 4) }
}

/// What people call a secret.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api key",
    "api_key",
    "api-key",
    "apikey",
    "access key",
    "access_key",
    "private key",
    "credential",
    "passwort",
    "kennwort",
    "geheimnis",
    "schlüssel",
    "mot de passe",
    "contraseña",
    "clave",
    "wachtwoord",
    "hasło",
    "senha",
    "parola",
    "chiave",
];

/// Whether it looks drawn by lot: letters and digits, and at least 3.2 bits a character, where
/// sixteen different ones have 4 and words about 2.5.
fn is_chance(text: &[u8]) -> bool {
    let mut counts = [0_u16; 256];
    for &byte in text {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / total)
        .map(|share| -share * share.log2())
        .sum();
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    bits >= 3.2 && digits >= 2 && letters >= 2
}

/// The mark stands in the middle, with at least 16 characters on either side.
fn is_openai_key(text: &[u8]) -> bool {
    let mark = memchr::memmem::find(text, b"T3BlbkFJ");
    mark.is_some_and(|at| at >= 3 + 20 && text.len() - at >= 8 + 16) && is_random(text, 8)
}

/// Whether what follows the mark is more than a placeholder: eight different signs.
fn is_random(text: &[u8], mark: usize) -> bool {
    let mut met = [false; 256];
    for &byte in text.iter().skip(mark) {
        if let Some(seen) = met.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    met.iter().filter(|&&seen| seen).count() >= 8
}

/// Whether the last six signs are the CRC-32 of the thirty before them in Base62.
fn has_checksum(text: &[u8], mark: usize) -> bool {
    let Some((body, sum)) = text.get(mark..).and_then(|rest| rest.split_at_checked(30)) else {
        return false;
    };
    if sum.len() != 6 {
        return false;
    }
    let value = sum.iter().try_fold(0u64, |value, &sign| {
        let digit = match sign {
            b'0'..=b'9' => sign - b'0',
            b'A'..=b'Z' => sign - b'A' + 10,
            b'a'..=b'z' => sign - b'a' + 36,
            _ => return None,
        };
        Some(value * 62 + u64::from(digit))
    });
    value == Some(u64::from(crc32(body)))
}

/// ISO/IEC 8802-3, as in gzip and zip.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}
