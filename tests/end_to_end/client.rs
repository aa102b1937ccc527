//! Who the client is, seen from a backend that is told the address in full.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder, SHOP};
use crate::harness::visitor;

#[tokio::test]
async fn behind_a_trusted_hop_one_field_is_read_from_the_right() {
    let from = |field: &str| {
        format!("trusted = [\"127.0.0.0/8\", \"192.0.2.0/24\"]\nclient_from = \"{field}\"")
    };
    check(
        &from("x-forwarded-for"),
        &[
            (&["X-Forwarded-For: 203.0.113.77"], ANN),
            (&["X-Forwarded-For: 198.51.100.9, 203.0.113.77, 192.0.2.1"], ANN),
            (&["X-Forwarded-For: 198.51.100.9", "x-forwarded-for: 203.0.113.77"], ANN),
            (&["X-Forwarded-For: 203.0.113.77, ", "X-Forwarded-For: ,192.0.2.7:80"], ANN),
            (&["X-Forwarded-For: [::ffff:203.0.113.77]:5555"], ANN),
            (&["X-Forwarded-For: 2001:DB8:0::7"], "2001:db8::7"),
            // Other fields say nothing, whatever they say.
            (&["Forwarded: for=203.0.113.77", "X-Real-IP: 203.0.113.77"], NOBODY),
            (&["X_Forwarded_For: 203.0.113.77"], NOBODY),
            // Nor is anything left of what cannot be read.
            (&["X-Forwarded-For: 203.0.113.77, unknown"], NOBODY),
            (&["X-Forwarded-For: 203.0.113.77, 192.0.2.256"], NOBODY),
            (&["X-Forwarded-For: 192.0.2.1, 192.0.2.2"], NOBODY),
        ],
    )
    .await;
    check(
        &from("forwarded"),
        &[
            (&["Forwarded: for=203.0.113.77;proto=https, For=\"192.0.2.1:80\""], ANN),
            (&["Forwarded: by=x;for=\"[2001:db8::7]:4711\""], "2001:db8::7"),
            (&["Forwarded: for=\"198.51.100.9\"", "Forwarded: for=203.0.113.77"], ANN),
            (&["Forwarded: for=198.51.100.9;host=\"a, for=203.0.113.77\""], "198.51.100.9"),
            (&["Forwarded: for=203.0.113.77, for=_hidden"], NOBODY),
            (&["Forwarded: for=203.0.113.77, for=\"192.0.2.1"], NOBODY),
            (&["X-Forwarded-For: 203.0.113.77"], NOBODY),
        ],
    )
    .await;
    check(
        &from("cf-connecting-ip"),
        &[
            (&["CF-Connecting-IP: 203.0.113.77", "X-Forwarded-For: 198.51.100.9"], ANN),
            (&["CF-Connecting-IP: 203.0.113.77", "CF-Connecting-IP: 203.0.113.77"], NOBODY),
            (&["CF-Connecting-IP: 198.51.100.9, 203.0.113.77"], NOBODY),
            (&["X-Forwarded-For: 203.0.113.77"], NOBODY),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_untrusted_peer_is_the_client() {
    for listener in ["", "trusted = [\"192.0.2.0/24\"]\nclient_from = \"x-forwarded-for\""] {
        check(
            listener,
            &[
                (&["X-Forwarded-For: 203.0.113.77"], "127.0.0.1"),
                (&["Forwarded: for=203.0.113.77"], "127.0.0.1"),
                (&[], "127.0.0.1"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn hops_are_counted_where_their_addresses_are_not_known() {
    check("hops = 1", &[(&["X-Forwarded-For: 198.51.100.9, 203.0.113.77"], ANN), (&[], NOBODY)])
        .await;
    check(
        "hops = 2",
        &[
            (&["X-Forwarded-For: 198.51.100.9, 203.0.113.77, 192.0.2.1"], ANN),
            (&["X-Forwarded-For: 203.0.113.77", "X-Forwarded-For: 192.0.2.1"], ANN),
            (&["X-Forwarded-For: 203.0.113.77"], NOBODY),
            (&["X-Forwarded-For: 203.0.113.77, nonsense"], NOBODY),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_proxy_header_names_the_client() {
    let tlv = [0x04, 0, 3, 1, 2, 3];
    for (header, expected) in [
        (b"PROXY TCP4 203.0.113.77 192.0.2.1 5555 443\r\n".to_vec(), ANN),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 5555 443\r\n".to_vec(), "2001:db8::7"),
        (b"PROXY TCP6 ::ffff:203.0.113.77 ::1 5555 443\r\n".to_vec(), ANN),
        (b"PROXY UNKNOWN\r\n".to_vec(), NOBODY),
        (b"PROXY UNKNOWN 203.0.113.77 192.0.2.1 5555 443\r\n".to_vec(), NOBODY),
        (version_2(0x21, 0x11, &[&V4[..], &tlv].concat()), ANN),
        (version_2(0x21, 0x21, &V6), "2001:db8::7"),
        (with_checksum(0x21, 0x11, &V4), ANN),
        // The hop speaks for itself, and has nobody to speak for.
        (version_2(0x20, 0x00, &[]), NOBODY),
        (version_2(0x20, 0x11, &V4), NOBODY),
        (version_2(0x21, 0x00, &[]), NOBODY),
    ] {
        let what = header.escape_ascii().to_string();
        for tls in [false, true] {
            let shop = backend::start().await;
            let door = proxied(&shop);
            let door = if tls { door } else { door.plain() }.start().await;
            let ann = visitor::nobody().behind(&header);
            assert_eq!(ann.get(&door, "/").await.status(), 200, "{what}");
            assert_eq!(shop.only().field("x-forwarded-for"), expected, "{what}");
        }
        let shop = backend::start().await;
        let door = proxied(&shop).plain().start().await;
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send_bytewise(&header).await;
        wire.send_bytewise(visitor::nobody().head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200, "{what}, bytewise");
        assert_eq!(shop.only().field("x-forwarded-for"), expected, "{what}, bytewise");
    }
}

#[tokio::test]
async fn behind_a_proxy_header_the_field_is_read_only_of_a_trusted_source() {
    for (source, expected) in [("203.0.113.77", ANN), ("127.0.0.9", "198.51.100.9")] {
        let shop = backend::start().await;
        let door = proxied(&shop).listener("client_from = \"x-forwarded-for\"").start().await;
        let header = format!("PROXY TCP4 {source} 192.0.2.1 5555 443\r\n");
        let ann = visitor::at("198.51.100.9").behind(header);
        assert_eq!(ann.get(&door, "/").await.status(), 200);
        assert_eq!(shop.only().field("x-forwarded-for"), expected);
    }
}

#[tokio::test]
async fn whatever_is_no_proxy_header_ends_the_connection() {
    let mut bad_checksum = with_checksum(0x21, 0x11, &V4);
    *bad_checksum.last_mut().expect("bytes") ^= 1;
    let shop = backend::start().await;
    let door = proxied(&shop).plain().start().await;
    for header in [
        b"".to_vec(),
        b"PROXY TCP4 203.0.113.77 192.0.2.1 5555\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.077 192.0.2.1 5555 443\r\n".to_vec(),
        b"PROXY TCP4 2001:db8::7 2001:db8::1 5555 443\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.77 192.0.2.1 5555 443\n".to_vec(),
        b"PROXY TCP4 203.0.113.77 192.0.2.1 65536 443\r\n".to_vec(),
        b"proxy TCP4 203.0.113.77 192.0.2.1 5555 443\r\n".to_vec(),
        format!("PROXY TCP4 203.0.113.77 {} 443\r\n", "1".repeat(200)).into_bytes(),
        version_2(0x21, 0x11, &V4[..8]),
        version_2(0x31, 0x11, &V4),
        version_2(0x22, 0x11, &V4),
        bad_checksum,
    ] {
        let what = header.escape_ascii().to_string();
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(&header).await;
        wire.send(visitor::at("203.0.113.77").head("GET / HTTP/1.1")).await;
        assert_eq!(wire.rest().await, b"", "{what}");
        assert_eq!(shop.heads(), 0, "{what}");
    }
}

#[tokio::test]
async fn a_proxy_header_that_never_ends_is_not_waited_for() {
    let shop = backend::start().await;
    let door = proxied(&shop).plain().toml("[timeouts]\nproxy_header = \"100ms\"").start().await;
    for beginning in ["", "PROXY TCP4 203.0.113.77"] {
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(beginning).await;
        assert_eq!(wire.rest().await, b"");
    }
}

#[tokio::test]
async fn a_proxy_header_is_taken_from_nobody_else() {
    let header = "PROXY TCP4 203.0.113.77 192.0.2.1 5555 443\r\n";
    let shop = backend::start().await;
    let elsewhere = "trusted = [\"192.0.2.0/24\"]\nproxy_protocol = true";
    let door = cloakroom::before(&shop).plain().believing(elsewhere).start().await;
    let mut wire = visitor::nobody().behind(header).wire(&door).await;
    wire.send(visitor::nobody().head("GET / HTTP/1.1")).await;
    assert_eq!(wire.rest().await, b"", "the peer is not trusted");

    let door = cloakroom::before(&shop).plain().start().await;
    let mut wire = visitor::nobody().behind(header).wire(&door).await;
    wire.send(visitor::nobody().head("GET / HTTP/1.1")).await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(answer.status(), 400, "a listener that does not ask for it");
    assert_eq!(wire.rest().await, b"");
    assert_eq!(shop.heads(), 0);
}

const ANN: &str = "203.0.113.77";

/// What a backend is told of a client that is not known.
const NOBODY: &str = "";

/// Sends fields over one connection, and compares what the backend is told.
async fn check(listener: &str, cases: &[(&[&str], &str)]) {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).record("full").believing(listener).start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    for (lines, expected) in cases {
        let fields: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        wire.send(format!("GET / HTTP/1.1\r\nHost: {SHOP}\r\n{fields}\r\n")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200, "{lines:?}");
        let seen = shop.requests().pop().expect("a request");
        assert_eq!(seen.field("x-forwarded-for"), *expected, "{listener}: {lines:?}");
    }
}

fn proxied(shop: &Backend) -> Builder {
    let listener = "trusted = [\"127.0.0.0/8\"]\nproxy_protocol = true";
    cloakroom::before(shop).record("full").believing(listener)
}

/// 203.0.113.77:5555 to 192.0.2.1:443.
const V4: [u8; 12] = [203, 0, 113, 77, 192, 0, 2, 1, 0x15, 0xb3, 1, 0xbb];

/// 2001:db8::7, port 5555, to 2001:db8::1, port 443.
const V6: [u8; 36] = [
    0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, //
    0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, //
    0x15, 0xb3, 1, 0xbb,
];

/// A PROXY header, version 2: signature, version and command, family and protocol, length.
fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).expect("a short header").to_be_bytes();
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    [&signature[..], &[command, family], &length, rest].concat()
}

/// The same with a CRC32C of the whole in its last TLV.
fn with_checksum(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let mut header = version_2(command, family, &[addresses, &[3, 0, 4, 0, 0, 0, 0]].concat());
    let checksum = crc32c(&header).to_be_bytes();
    let at = header.len() - 4;
    header[at..].copy_from_slice(&checksum);
    header
}

/// CRC32C bit by bit (RFC 3720 §12.1: polynomial 1EDC6F41, reflected).
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}
