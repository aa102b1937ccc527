use super::*;
use proptest::prelude::*;

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn a_picture_is_no_text() {
    check(&format!("a data:image/png;base64,[{PNG}]\" b"));
    check(&format!("data:image/png;base64,[{PNG}]"));
    check(&format!("data:image/png;charset=utf-8;name=\"a.png\";base64,[{PNG}] b"));
    check(&format!("DATA:Image/PNG;base64,[{PNG}] b"));
    check("data:image/jpeg;base64,[/9j/4AAQSkZJRgABAQEASABI]) b");
    check(
        "data:application/pdf;base64,[JVBERi0xLjcKJeLjz9MK] data:font/woff2;base64,[d09GMgABAAAAAEhU]",
    );
    check(&format!("data:image/png;base64,[{PNG}]data:image/png;base64,[{PNG}]"));
    check("base64base64,data:a/b;data:image/png;base64,[iVBORw0KGgoAAAANSUhE]");
    check("data:image/png;base64,[iVBORw0KGgoAAAANSUhE-_A]");
}

#[test]
fn its_signs_may_be_escaped() {
    for slash in [r"\/", r"\\\/", r"\u002f", "%2F", "%2f", "%252F", "&#x2F;", "&#47;", "&sol;"] {
        check(&format!(
            "data:image/jpeg;base64,[{}]\" b",
            "/9j/4AAQSkZJRg/A+B==".replace('/', slash)
        ));
        check(&format!("data:image{slash}png;base64,[iVBORw0KGgoAAAANSU{slash}hE] b"));
    }
    for (plus, equals) in [("%2B", "%3D"), ("&#43;", "&#61;"), (r"\u002b", r"\u003d")] {
        check(&format!("data:image/png;base64,[iVBORw0KGgoAAAAN{plus}AA{plus}AA{equals}] b"));
        check(&format!(
            "data:image/png;base64,[iVBORw0KGgoAAAANAA{equals}{equals}]{equals}{equals} b"
        ));
    }
    check("u=data%3Aimage%2Fpng%3Bbase64%2C[iVBORw0KGgoAAAANSUhE%2F%2B]&b");
}

#[test]
fn it_ends_where_base64_ends() {
    for end in [
        " ", "\n", "\r\n", "\"", "'", ")", "<", "&amp;", "&", "\\\"", "\\n", "\\", "%20", "%",
        "%0A", "\u{e4}", ".", ",", "@", ":", "&#32;", "\\u0020", "\\u", "\\u0041",
    ] {
        check(&format!("data:image/png;base64,[iVBORw0KGgoAAAANSUhE]{end}4111111111111111"));
        check(&format!("data:image/png;base64,[iVBORw0KGgoAAAANSUhE=]{end}4111111111111111"));
    }
    check("data:image/png;base64,[iVBORw0KGgoAAAANSUhE=]4111111111111111");
    check("data:image/png;base64,[iVBORw0KGgoAAAANSUhE==]4111111111111111");
    check("data:image/png;base64,[iVBORw0KGgoAAAANSUhE==]=4111111111111111");
}

#[test]
fn without_evidence_all_is_text() {
    for text in [
        "data:image/png;base64,4111111111111111",
        "data:image/png;base64,4111-1111-1111-1111",
        "data:image/png;base64, iVBORw0KGgoAAAANSUhE",
        "data:image/png;base64,ann@example.org",
        "data:image/png;base64,iVBORw0KGgo 4111111111111111",
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/png;base64,iVBORw1KGgoAAAANSUhEUgAA",
        "data:image/png;base64,",
        "data:image/png;base64",
        "data:image/png,iVBORw0KGgoAAAANSUhEUgAA",
        "image/png;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "data:png;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "data:;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "data: image/png;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "data:image/png;ann@example.org;base64,iVBORw0KGgoAAAANSUhEUgAA",
        "data:image/png;base64;iVBORw0KGgoAAAANSUhEUgAA",
        "data:image/png;base64%2DiVBORw0KGgoAAAANSUhEUgAA",
        "data:image/png;xbase64,iVBORw0KGgoAAAANSUhEUgAA",
        "base64,iVBORw0KGgoAAAANSUhEUgAA",
    ] {
        check(text);
    }
    for media_type in [
        "text/plain",
        "text/png",
        "image/svg+xml",
        "application/json",
        "application/ld+json",
        "application/xml",
        "application/xhtml+xml",
        "application/javascript",
        "application/x-www-form-urlencoded",
        "message/rfc822",
        "multipart/mixed",
        "chemical/x-pdb",
    ] {
        check(&format!("data:{media_type};base64,iVBORw0KGgoAAAANSUhEUgAA"));
    }
    let far = "x".repeat(HEAD);
    check(&format!("data:image/png;{far};base64,iVBORw0KGgoAAAANSUhEUgAA"));
}

#[test]
fn where_plus_is_a_blank_it_is_one() {
    let (url, rest) = ("data:image/png;base64,", "iVBORw0KGgoAAAANSUhE");
    check_form(&format!("{url}[{rest}]+4111111111111111"));
    check_form(&format!("{url}[{rest}%2B4111111111111111]"));
    check_form(&format!("{url}iVBORw0KGgo+AAANSUhE"));
    check(&format!("{url}[{rest}+4111111111111111]"));
}

#[test]
fn little_is_held() {
    let text = format!("data:image/png;base64,{PNG}{PNG}");
    let mut urls = DataUrls::default();
    urls.begin(false);
    let head = text.find(',').unwrap() + 1;
    for (at, byte) in text.bytes().enumerate() {
        urls.push(at as u64, &[byte], &mut |_| {});
        let may_be_held = (head..head + EVIDENCE - 1).contains(&at);
        assert_eq!(urls.held(), may_be_held.then_some(head as u64), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_do_not_matter(
        text in "(data:image/png;|base|64|,|%2C|/9j/4AAQSkZJRgAB|iVBORw0K|GgoAAAAN|A|=|\\\\|/|%|25|2F|&|#47;| |\\+){0,12}",
        plus in any::<bool>(),
    ) {
        let whole = parts(text.as_bytes(), &[text.len()], plus);
        prop_assert_eq!(whole.len(), text.len(), "each byte is one or the other");
        for cut in 0..text.len() {
            let halves = parts(text.as_bytes(), &[cut, text.len()], plus);
            prop_assert_eq!(&halves, &whole, "cut at {}", cut);
        }
        let cuts: Vec<usize> = (0..=text.len()).collect();
        prop_assert_eq!(parts(text.as_bytes(), &cuts, plus), whole, "byte by byte");
    }
}

#[track_caller]
fn check(marked: &str) {
    check_with(marked, false);
}

#[track_caller]
fn check_form(marked: &str) {
    check_with(marked, true);
}

/// What is data stands in brackets.
#[track_caller]
fn check_with(marked: &str, plus_is_blank: bool) {
    let (mut text, mut expected, mut in_data) = (Vec::new(), Vec::new(), false);
    for byte in marked.bytes() {
        match byte {
            b'[' => in_data = true,
            b']' => in_data = false,
            byte => {
                text.push(byte);
                expected.push(in_data);
            }
        }
    }
    let shown = String::from_utf8_lossy(&text);
    assert_eq!(parts(&text, &[text.len()], plus_is_blank), expected, "{shown}");
    for cut in 0..text.len() {
        assert_eq!(
            parts(&text, &[cut, text.len()], plus_is_blank),
            expected,
            "{shown} cut at {cut}"
        );
    }
    let cuts: Vec<usize> = (0..=text.len()).collect();
    assert_eq!(parts(&text, &cuts, plus_is_blank), expected, "{shown} byte by byte");
}

/// Of each byte whether it is data.
#[track_caller]
fn parts(text: &[u8], cuts: &[usize], plus_is_blank: bool) -> Vec<bool> {
    let mut urls = DataUrls::default();
    urls.begin(plus_is_blank);
    let mut told = Vec::new();
    let mut hear = |part: Part<'_>| match part {
        Part::Text(at, raw) => {
            let from = usize::try_from(at).unwrap();
            assert_eq!(from, told.len(), "no byte is left out");
            assert_eq!(&text[from..from + raw.len()], raw);
            told.resize(from + raw.len(), false);
        }
        Part::Data(to) => {
            let to = usize::try_from(to).unwrap();
            assert!(to > told.len());
            told.resize(to, true);
        }
    };
    let mut from = 0;
    for &to in cuts {
        urls.push(from as u64, &text[from..to], &mut hear);
        from = to;
    }
    urls.finish(&mut hear);
    told
}
