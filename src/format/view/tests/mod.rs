//! What is read as what, and where it is from. Every example runs whole and at every cut.

mod laws;
mod told;

use super::{LONGEST_INLINE, LONGEST_TAG, View, deep_at, escape};
use crate::format::Spelling;
use told::{DEEP, FORM, JSON, LAYERS, MARKUP, PERCENT, PLAIN, QUOTED};
use told::{check, check_bytes, check_some_cuts};

#[test]
fn plain_text_and_markup_read_as_they_stand() {
    for layer in [PLAIN, MARKUP] {
        check(layer, "", "");
        check(layer, r"a%40b&amp;<b>c</b>\u0040+", r"a%40b&amp;<b>c</b>\u0040+");
        check(layer, "Grüße, 日本語, 😀", "Grüße, 日本語, 😀");
    }
}

#[test]
fn look_alikes_are_folded_in_every_layer() {
    for layer in LAYERS {
        check(
            layer,
            "４１１１\u{2013}\u{a0}٤٢\u{200b}\u{ad}𝟙jane＠example。org",
            "4111- 421jane@example.org",
        );
        check(layer, "❤\u{fe0f}é—“”…", "❤é-“”…");
    }
}

#[test]
fn escapes_of_json_are_undone() {
    check(JSON, r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t");
    check(JSON, r"jane\u0040example\u002eorg", "jane@example.org");
    check(JSON, r"\u00fc\uff14\u200b\u0663x", "ü43x");
    check(JSON, r"\ud83d\ude00\ud835\udfd9", "😀1");
    check(JSON, r"%40&amp;<b>", r"%40&amp;<b>");
}

#[test]
fn what_is_malformed_in_json_stays_or_is_replaced() {
    check(JSON, r"\ud83d", "\u{fffd}");
    check(JSON, r"\ud83d\", "\u{fffd}\\");
    check(JSON, r"\ud83d\u00", "\u{fffd}\\u00");
    check(JSON, r"\ud83d\u0040\ude00\ud83d\ud83d\ude00x", "\u{fffd}@\u{fffd}\u{fffd}😀x");
    check(JSON, r"\x\u12\u12g4\u\u0040\", r"\x\u12\u12g4\u@\");
}

#[test]
fn percent_encoding_is_undone() {
    for layer in [PERCENT, FORM, DEEP] {
        check(layer, "jane%40example%2eorg", "jane@example.org");
        check(layer, "100%, 5%4, %zz, %%34%31", "100%, 5%4, %zz, %41");
        check(layer, "%C3%BC%e2%82%ac", "ü€");
        check(layer, "%", "%");
    }
    check(PERCENT, "a+b&amp;", "a+b&amp;");
    check(FORM, "a+b%2B+", "a b+ ");
}

#[test]
fn what_is_percent_encoded_is_folded_too() {
    check(FORM, "%EF%BC%94%E2%80%8B%D9%A3%F0%9D%9F%99", "431");
    // A part is escaped, a part is not.
    check_bytes(FORM, b"%EF\xbc%94\xef%BC\x94\xef\xbc%94", b"444");
    // Not UTF-8, or cut off.
    check_bytes(FORM, b"%EF%BC4%EF%BC", b"\xef\xbc4\xef\xbc");
    check_bytes(FORM, b"%EF%BC%4x", b"\xef\xbc%4x");
    check_bytes(FORM, b"%EF%EF%BC%94%9", b"\xef4%9");
}

#[test]
fn quotes_are_undone_as_browsers_wrote_them() {
    check(QUOTED, r#"a\"b\\c%22%0D%0Ad"#, "a\"b\\c\"\r\nd");
    check(QUOTED, r"C:\path\new%20%4 %2", r"C:\path\new%20%4 %2");
    check(QUOTED, r"\", r"\");
    check(QUOTED, "%2", "%2");
}

#[test]
fn bytes_that_are_no_utf8_pass() {
    for layer in LAYERS {
        let latin1 = b"Gr\xfc\xdfe \xe0 \xe2\xe2 \xef\xbc \xf0\x9d\x9f \x80\xff\xef\xbb";
        check_bytes(layer, latin1, latin1);
        check_bytes(layer, b"\xe2\x80\xe2\x80\x8bx\xe2\x80", b"\xe2\x80x\xe2\x80");
        // Too long, or a surrogate half: not the characters that they would spell.
        check_bytes(
            layer,
            b"\xc0\xa0 \xe0\x82\xa0 \xed\xa0\xbd",
            b"\xc0\xa0 \xe0\x82\xa0 \xed\xa0\xbd",
        );
    }
}

#[test]
fn deep_undoes_what_a_person_wrote_inside() {
    check(DEEP, "jane&commat;example&period;org", "jane@example.org");
    check(DEEP, "jane&#64;example&#x2E;org &#6", "jane@example.org \u{6}");
    check(DEEP, "4111&nbsp;1111&ndash;1111&shy;&#8203;&zwnj;1", "4111 1111-11111");
    check(DEEP, "Caf&eacute; &amp;amp; &nope; &", "Café &amp; &nope; &");
    check(DEEP, r#"jane\u0040example.org\n\t\"\\\/"#, "jane@example.org\n\t\"\\/");
    check(DEEP, r"C:\bin\foo\x", r"C:\bin\foo\x");
    check(DEEP, r"\ud83d\ude00\ud83d", "😀\u{fffd}");
    check(DEEP, "a+b", "a+b");
}

#[test]
fn only_one_layer_is_undone() {
    check(DEEP, "%2540", "%40");
    check(DEEP, "&amp;#64;", "&#64;");
    check(DEEP, r"\\u0040", r"\u0040");
    check(DEEP, "&lt;b>%3Cb>", "<b><b>");
    check(DEEP, "％40", "%40");
}

#[test]
fn inline_tags_read_as_nothing_and_others_as_a_line_break() {
    check(DEEP, "jane.<b>doe</b>@example.org", "jane.doe@example.org");
    check(DEEP, "<span class=\"a > b\">4111</span><wbr/>1111<A HREF='x'>1</A>", "411111111");
    check(DEEP, "a<br>b<br/>c<p class=x>d</p><h1>e", "a\nb\nc\nd\n\ne");
    check(DEEP, "jane<!-- a > b -->@<!---->example<!-->.org", "jane@example.org");
    check(DEEP, "<![CDATA[jane]]>@ ]]> <![CDATA[a]]]>", "jane@ ]]> a]");
    check(DEEP, "<table data-x='1'\nid = \">\" >x", "\nx");
}

#[test]
fn what_is_no_tag_is_text() {
    for text in [
        "<ann@example.org>",
        "a < b > c",
        "<3",
        "<o:p>",
        "<",
        "</",
        "<b",
        "x<!-",
        "<![CDATA",
        "]]>",
    ] {
        check(DEEP, text, text);
    }
    check(DEEP, "<<b>b", "<b");
    check(DEEP, "<b%40>", "<b@>");
}

#[test]
fn the_end_of_the_text_ends_a_tag() {
    check(DEEP, "a<b class=x", "a");
    check(DEEP, "a<!-- x", "a");
    check(DEEP, "a<p class=x", "a\n");
}

#[test]
fn the_way_back_leads_to_whole_units() {
    let told = check(JSON, r"a\u0040b\u00fcc", "a@büc");
    assert_eq!(told.starts, [0, 1, 7, 8, 8, 14, 15]);
    assert_eq!(told.ends, [0, 1, 7, 8, 14, 14, 15]);

    let told = check(FORM, "a%40%40+\u{200b}１b", "a@@ 1b");
    assert_eq!(told.starts, [0, 1, 4, 7, 11, 14, 15]);
    assert_eq!(told.ends, [0, 1, 4, 7, 8, 14, 15]);

    let told = check(DEEP, "a<b>c<br>d&#64", "ac\nd@");
    assert_eq!(told.starts, [0, 4, 5, 9, 10, 14]);
    assert_eq!(told.ends, [0, 1, 5, 9, 10, 14]);
}

#[test]
fn tags_within_a_find_are_told() {
    let text = "to jane.<b>doe</b>@<i>example<br>\u{200b}org</p>";
    check(DEEP, text, "to jane.doe@example\norg\n");
    let mut view = View::new();
    let mut out = Vec::new();
    view.begin(DEEP);
    view.push(100, text.as_bytes(), &mut out);
    view.finish(&mut out);
    let kept = |from, to| {
        let mut kept = Vec::new();
        view.markup(from, to, |from, to| kept.push((from - 100, to - 100)));
        kept
    };
    assert_eq!(kept(3, 23), [(8, 11), (14, 18), (19, 22), (29, 33)]);
    assert_eq!(kept(8, 11), [], "at the edges nothing is within");
    assert_eq!(kept(10, 12), [(14, 18)]);
    assert_eq!(kept(19, 20), [(29, 33)]);
    assert_eq!(kept(5, 5), []);
}

#[test]
fn gaps_within_a_find_are_told() {
    let mut view = View::new();
    let mut out = Vec::new();
    view.begin(PERCENT);
    view.push(10, b"ab%4", &mut out);
    view.push(20, b"0cd", &mut out);
    view.push(23, b"", &mut out);
    view.push(30, b"e", &mut out);
    view.finish(&mut out);
    assert_eq!(out, b"ab@cde");
    let mut kept = Vec::new();
    view.markup(0, 6, |from, to| kept.push((from, to)));
    assert_eq!(kept, [(14, 20), (23, 30)]);
    kept.clear();
    view.markup(3, 5, |from, to| kept.push((from, to)));
    assert_eq!(kept, []);
    assert_eq!(
        (view.start_of(2), view.end_of(3), view.end_of(5), view.start_of(5)),
        (12, 21, 23, 30)
    );
}

#[test]
fn what_is_cut_is_not_settled() {
    let mut view = View::new();
    let mut out = Vec::new();
    view.begin(DEEP);
    let mut settled = |text: &[u8], at| {
        view.push(at, text, &mut out);
        (out.len() as u64, view.settled(out.len() as u64), view.settled(1))
    };
    assert_eq!(settled(b"ab", 0), (2, 2, 1));
    assert_eq!(settled(b"%4", 2), (2, 2, 1));
    assert_eq!(settled(b"0<b", 4), (3, 5, 1));
    assert_eq!(settled(b" title='", 7), (3, 5, 1));
    assert_eq!(settled(b"'", 15), (3, 5, 1));
    assert_eq!(settled(b">", 16), (3, 17, 1));
    // What it is is known: nothing more is waited for.
    assert_eq!(settled(b"<img", 17), (3, 17, 1));
    assert_eq!(settled(b" src='data", 21), (4, 31, 1));
    assert_eq!(settled(b"data", 31), (4, 35, 1));
}

#[test]
fn an_inline_tag_that_is_too_long_is_a_line_break() {
    let fits = format!("a<b {}>c", "x".repeat(LONGEST_INLINE - 4));
    check_some_cuts(&fits, "ac");
    let told = check_some_cuts(&format!("a<b {}>c", "x".repeat(LONGEST_INLINE - 3)), "a\nc");
    let end = LONGEST_INLINE as u64 + 1;
    assert_eq!((told.starts[1], told.ends[2], told.starts[2]), (1, end, end + 1));
    check_some_cuts(&format!("a<!--{}-->c", "x".repeat(LONGEST_INLINE)), "a\nc");
}

#[test]
fn a_tag_that_does_not_end_ends_somewhere() {
    for name in ["b", "p"] {
        let fits = format!("a<{name} {}>c", "x".repeat(LONGEST_TAG - 4));
        check_some_cuts(&fits, "a\nc");
        let longer = format!("a<{name} {}>c", "x".repeat(LONGEST_TAG - 3));
        check_some_cuts(&longer, "a\n>c");
    }
}

#[test]
fn a_number_or_name_without_end_is_not_waited_for() {
    let mut view = View::new();
    for text in ["&#0000", "<aaaa", "\\u", "&NegativeVeryThin"] {
        let text = text.to_owned() + &"0".repeat(10_000);
        let mut out = Vec::new();
        view.begin(DEEP);
        view.push(0, text.as_bytes(), &mut out);
        assert!(view.settled(out.len() as u64) > 9_900, "{text:.20}");
    }
    check(DEEP, &format!("<{}>", "a".repeat(38)), "\n");
    let long = format!("<{}>", "a".repeat(39));
    check(DEEP, &long, &long);
}

#[test]
fn a_view_is_used_again() {
    let mut view = View::new();
    let mut out = Vec::new();
    for _ in 0..2 {
        for cut_off in [r"x<b ", r"x<![CDATA[", r"x%4", r"x<p "] {
            view.begin(DEEP);
            view.push(7, cut_off.as_bytes(), &mut out);
        }
        view.begin(DEEP);
        out.clear();
        view.push(50, b"]]>40%41", &mut out);
        view.finish(&mut out);
        assert_eq!(out, b"]]>40A");
        assert_eq!((view.start_of(0), view.end_of(6)), (50, 58));
    }
}

#[test]
fn nothing_of_the_text_is_printed() {
    let mut view = View::new();
    view.begin(DEEP);
    view.push(0, b"jane%4", &mut Vec::new());
    assert_eq!(format!("{view:?}"), "View { layer: Deep, length: 4, .. }");
}

#[test]
fn the_quick_test_finds_the_first_of_all_signs() {
    for (text, expected) in [
        ("jane@example.org", None),
        ("", None),
        ("a%", Some(1)),
        ("a&%", Some(1)),
        ("ab<\\", Some(2)),
        ("ab\\<", Some(2)),
        ("abc\\", Some(3)),
    ] {
        assert_eq!(deep_at(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn what_is_escaped_reads_as_itself() {
    let text = "[email:9f86] j*** \u{1}\n\"<a href='x'>%41&amp;+ü😀/";
    for (spelling, layer) in [
        (Spelling::Plain, PLAIN),
        (Spelling::JsonString, JSON),
        (Spelling::Percent, PERCENT),
        (Spelling::Form, FORM),
        (Spelling::Quoted, QUOTED),
    ] {
        let mut raw = Vec::new();
        escape(spelling, text.as_bytes(), &mut raw);
        check_bytes(layer, &raw, text.as_bytes());
    }
    let mut raw = Vec::new();
    escape(Spelling::Markup, "<a href=\"x\">&amp;'".as_bytes(), &mut raw);
    check_bytes(DEEP, &raw, b"<a href=\"x\">&amp;'");
}
