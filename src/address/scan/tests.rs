//! The scan from outside: what is found, what is left alone, and how fast the rest goes by.

use super::Scan;
use crate::address::visitor::VisitorAddr;

const V4: &str = "203.0.113.77";
const V6: &str = "2001:db8::77";

#[test]
fn ipv4_is_found_in_every_spelling() {
    for spelling in [
        "203.0.113.77",
        "203.000.113.077",
        "203-0-113-77",
        "203_0_113_77",
        "3405803853",
        "003405803853",
        "0xcb00714d",
        "0XCB00714D",
        "0x00000000cb00714d",
        "031300070515",
        "0313.0.0161.0115",
        "0xcb.0x0.0x71.0x4d",
        "0xcb.0.113.0115",
        "77.113.0.203.in-addr.arpa",
        "77.113.0.203.IN-ADDR.ARPA",
        "::ffff:203.0.113.77",
        "::FFFF:cb00:714D",
        "0:0:0:0:0:ffff:cb00:714d",
        "0000:0000:0000:0000:0000:ffff:203.0.113.77",
        "::ffff:0:cb00:714d",
        "::ffff:0:203.0.113.77",
        "::203.0.113.77",
        "::cb00:714d",
        "64:ff9b::cb00:714d",
        "64:ff9b::203.0.113.77",
        "0064:ff9b:1:0:0:0:cb00:714d",
        "2001:db8:64::cb00:714d",
        "fe80::5efe:203.0.113.77",
        "2002:cb00:714d::",
        "2002:cb00:714d::1",
        "2002:CB00:714D:1:2:3:4:5",
        "2001:0:4136:e378:8000:63bf:34ff:8eb2",
    ] {
        everywhere(V4, spelling);
    }
}

#[test]
fn ipv6_is_found_in_every_spelling() {
    for spelling in [
        "2001:db8::77",
        "2001:DB8::77",
        "2001:db8:0:0:0:0:0:77",
        "2001:0db8:0000:0000:0000:0000:0000:0077",
        "2001:db8:0::0:77",
        "2001:db8::0077",
        "2001:db8::0.0.0.119",
        "2001-db8--77",
        "2001-0db8-0-0-0-0-0-77",
        "20010db8000000000000000000000077",
        "0x20010db8000000000000000000000077",
        "42540766411282592856903984951653826679",
        "7.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "7.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2",
    ] {
        everywhere(V6, spelling);
    }
    everywhere("::1", "::1");
    everywhere("::1", "0:0:0:0:0:0:0:1");
    everywhere("64::1", "0064::1");
}

#[test]
fn the_ipv4_address_inside_the_visitors_own_is_found_too() {
    for visitor in [
        "2002:cb00:714d::1",
        "64:ff9b::cb00:714d",
        "::ffff:0:cb00:714d",
        "2001:0:4136:e378:8000:63bf:34ff:8eb2",
    ] {
        everywhere(visitor, "203.0.113.77");
        everywhere(visitor, visitor);
    }
}

#[test]
fn what_stands_around_an_address_stays() {
    for (visitor, value, rewritten) in [
        (V4, "203.0.113.77:443", "#:443"),
        (V4, "x203.0.113.77y", "x#y"),
        (V4, "_203.0.113.77", "_#"),
        (V4, "abc203.0.113.77", "abc#"),
        (V4, "ip-203-0-113-77.isp.example.net", "ip-#.isp.example.net"),
        (V4, "http://[::ffff:cb00:714d]:80/", "http://[#]:80/"),
        (V4, "203.0.113.77, 203.0.113.78, 203.0.113.77", "#, 203.0.113.78, #"),
        (V4, "203.0.113.77/32", "#/32"),
        (V4, "ip=203%2E0%2e113%2E77&x=%41", "ip=#&x=%41"),
        (V4, "%25%3203.0.113.77", "%25#"),
        (V4, "xyz::ffff:cb00:714d", "xyz#"),
        (V4, "for=\"203.0.113.77\"", "for=\"#\""),
        (V4, "v1.203.0.113.77.example", "v1.#.example"),
        (V6, "[2001:db8::77]:443", "[#]:443"),
        (V6, "2001:db8::77:443", "#:443"),
        (V6, "client:2001:db8::77", "client:#"),
        (V6, "node2001:db8::77", "node#"),
        (V6, "2001:db8::77%eth0", "#%eth0"),
        (V6, "2001:db8::77/64", "#/64"),
        (V6, "%5B2001%3Adb8%3A%3A77%5D", "%5B#%5D"),
        (V6, "2001-db8--77.ipv6-literal.net", "#.ipv6-literal.net"),
        (V6, "\u{e9}2001:db8::77\u{e9}", "\u{e9}#\u{e9}"),
    ] {
        let out = scan(visitor).rewrite(value.as_bytes(), "#");
        assert_eq!(out.as_deref(), Some(rewritten.as_bytes()), "{value}");
    }
}

#[test]
fn other_numbers_are_left_alone() {
    for value in [
        "",
        "1203.0.113.77",
        "203.0.113.770",
        "203.0.113.7",
        "203.0.113.78",
        "203.0.113",
        "203.0-113.77",
        "203,0,113,77",
        "203.0.113.77".get(1..).unwrap(),
        "77.113.0.203",
        "77-113-0-203.in-addr.arpa",
        "13405803853",
        "34058038530",
        "0xcb00714d0",
        "cb00714d",
        "::ffff:cb00:714e",
        "::ffff:cb00:714d0",
        "::ffff:203.0.113.770",
        "2002:cb00:714e::1",
        "203%2E0%2E113%2E78",
        "203.0.113.%4",
        "2001:db8::7",
        "2001:db8::770",
        "2001:db8::77:0:77",
        "12001:db8::78",
        "2001:db9::77",
        "2001-db8-77",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36",
        "Fri, 13 Feb 2026 12:34:56 GMT",
        "550e8400-e29b-41d4-a716-446655440000",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "std::vec::Vec",
    ] {
        for visitor in [V4, V6, "198.51.100.1", "2001:db8:ffff::1", "::1", "10.0.0.1"] {
            let scan = scan(visitor);
            if visitor == V6 && value.starts_with("2001:db8::77:") {
                continue; // A port behind the address, as far as anybody can tell.
            }
            assert!(!scan.contains(value.as_bytes()), "{visitor} in {value}");
            assert_eq!(scan.rewrite(value.as_bytes(), "#"), None, "{visitor} in {value}");
        }
    }
}

#[test]
fn everyday_numbers_are_nobodys_address() {
    for (visitor, value) in [
        ("::1", "1"),
        ("::1", "2001:db8::1"),
        ("::5", "page=5"),
        ("::", "std::vec"),
        ("0.0.0.5", "5"),
        ("0.0.0.5", "2001:db8::5"),
        ("5.0.0.0", "5.0"),
        ("10.0.0.1", "10.1"),
    ] {
        assert!(!scan(visitor).contains(value.as_bytes()), "{visitor} in {value}");
    }
}

#[test]
fn a_replacement_in_a_url_is_valid_there() {
    let scan = scan(V4);
    for (value, replacement, rewritten) in [
        ("/who/203.0.113.77/x", "203.0.113.0", "/who/203.0.113.0/x"),
        ("ip=203.0.113.77&b", "[2001:db8::5]", "ip=%5B2001:db8::5%5D&b"),
        ("ip=203.0.113.77", "a&b=c/d?#\u{e9}", "ip=a%26b%3Dc%2Fd%3F%23%C3%A9"),
    ] {
        let out = scan.rewrite_url(value.as_bytes(), replacement);
        assert_eq!(out.as_deref(), Some(rewritten.as_bytes()), "{value}");
    }
    assert_eq!(scan.rewrite_url(b"/who/203.0.113.78", "x"), None);
}

#[test]
fn pieces_around_a_spelling_cannot_be_joined_to_another() {
    let scan = scan(V6);
    for (value, rewritten) in [
        ("a 2001:db8:2001:db8::77:77 b", "a  b"),
        ("/a/2001:db8:2001:db8:2001:db8::77:77:77/b", "/a//b"),
        ("2001:db8:2001:db8::77:77", ""),
        ("2001:db8:2001:db8::77:77,2001:db8::77%2C", ","),
    ] {
        let out = scan.rewrite(value.as_bytes(), "").expect("found");
        assert!(!scan.contains(&out), "{value}");
        assert_eq!(String::from_utf8_lossy(&out), rewritten, "{value}");
    }
}

#[test]
fn a_disclosure_that_is_the_address_replaces_its_other_spellings() {
    let out = scan(V4).rewrite(b"a=0xcb00714d b=203.0.113.77", V4);
    assert_eq!(out.as_deref(), Some(&b"a=203.0.113.77 b=203.0.113.77"[..]));
}

#[test]
fn printing_a_scan_prints_no_address() {
    assert_eq!(format!("{:?}", scan(V4)), "Scan(visitor(v4))");
}

/// However long, and whatever it is made of, a value is read in time linear in its length:
/// a quadratic scan of these would take the better part of a minute.
#[test]
fn hostile_values_take_linear_time() {
    for unit in [
        "0",
        "1",
        "2",
        "2.",
        "203.",
        "203.0.113.",
        "0x",
        "f",
        ":",
        "::",
        "2001:",
        "2001:db8::",
        "1:",
        "0:",
        "%",
        "%2",
        "%25",
        "%2525",
        "%30",
        "%2530",
        "-",
        "7.7.0.",
        "cb00:",
        "2002:cb00:",
        "2001:db8::77-",
        "2001:db8:2001:db8::77:77-",
        "x0",
        "0f",
        "f0",
        "1:1:1:1:1:1:1:00000000000000000000000000000000000000000000000000",
    ] {
        let value = unit.repeat(40_000 / unit.len());
        for visitor in [V4, V6, "2002:cb00:714d::1"] {
            let rewritten = scan(visitor).rewrite(value.as_bytes(), "");
            assert!(!rewritten.is_some_and(|out| scan(visitor).contains(&out)), "{unit:?}");
        }
    }
}

/// The spelling is found bare, in company, and percent-encoded in part and whole, once and
/// twice; and what is left has none.
#[track_caller]
fn everywhere(visitor: &str, spelling: &str) {
    let whole = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    let marks = |text: &str| -> String {
        let escape = |c: char| match c {
            '.' | ':' | '-' | '_' => format!("%{:02X}", u32::from(c)),
            _ => c.to_string(),
        };
        text.chars().map(escape).collect()
    };
    let twice = |text: &str| text.replace('%', "%25");
    for spelt in [
        spelling.to_owned(),
        marks(spelling),
        whole(spelling),
        twice(&marks(spelling)),
        twice(&whole(spelling)),
        whole(&marks(spelling)),
    ] {
        for (left, right) in [("", ""), ("a=", "&b=1"), ("[", "]"), ("\"", "\""), ("\u{e9} ", ",")]
        {
            let value = format!("{left}{spelt}{right}");
            let scan = scan(visitor);
            assert!(scan.contains(value.as_bytes()), "{visitor} in {value}");
            let out = scan.rewrite(value.as_bytes(), "#").unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&out), format!("{left}#{right}"), "{value}");
        }
    }
}

fn scan(visitor: &str) -> Scan {
    Scan::new(VisitorAddr::new(visitor.parse().unwrap()))
}
