//! What is read does not depend on how it is cut, and the way back leads to where it was.

use super::{LONGEST_INLINE, LONGEST_TAG, Layer, View, deep_at, escape};
use crate::format::Spelling;
use proptest::prelude::*;

const PLAIN: Layer = Layer::Base(Spelling::Plain);
const JSON: Layer = Layer::Base(Spelling::JsonString);
const PERCENT: Layer = Layer::Base(Spelling::Percent);
const FORM: Layer = Layer::Base(Spelling::Form);
const QUOTED: Layer = Layer::Base(Spelling::Quoted);
const MARKUP: Layer = Layer::Base(Spelling::Markup);
const DEEP: Layer = Layer::Deep;

const LAYERS: [Layer; 7] = [PLAIN, JSON, PERCENT, FORM, QUOTED, MARKUP, DEEP];

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

/// Bits that are, or nearly are, read as something else.
const BITS: &[&str] = &[
    "a",
    "4",
    " ",
    ".",
    "%",
    "%4",
    "%40",
    "%EF",
    "%BC",
    "%94",
    "%e2%80%8b",
    "+",
    "\\",
    "\\u",
    "\\u00",
    "40",
    "\\u0040",
    "\\ud83d",
    "\\ude00",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "&",
    "&#",
    "&#6",
    "&#x4",
    ";",
    "&amp",
    "&commat;",
    "&nbsp",
    "&Ta",
    "<",
    "</",
    "<b",
    "<b ",
    "<br",
    "<p ",
    "x='",
    "\"",
    "'",
    "=",
    ">",
    "/>",
    "<!--",
    "-",
    "-->",
    "<![CDATA[",
    "]",
    "]]>",
    "é",
    "日",
    "１",
    "\u{200b}",
    "𝟙",
    "😀",
    "\u{a0}",
];

proptest! {
    #[test]
    fn cuts_do_not_matter(
        layer in prop::sample::select(&LAYERS[..]),
        bits in prop::collection::vec(prop::sample::select(BITS), 0..12),
        noise in prop::collection::vec(any::<u8>(), 0..3),
        place in 0..100usize,
        sizes in prop::collection::vec(1..9usize, 1..40),
    ) {
        let mut raw = bits.concat().into_bytes();
        let place = place % (raw.len() + 1);
        raw.splice(place..place, noise);
        let whole = Told::of(layer, &[(0, &raw)]);
        whole.leads_back(raw.len() as u64);
        let mut rest = &raw[..];
        let mut at = 0;
        let mut pieces = Vec::new();
        for size in sizes.into_iter().cycle() {
            let (piece, behind) = rest.split_at(size.min(rest.len()));
            pieces.push((at, piece));
            at += piece.len() as u64;
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&whole, &Told::of(layer, &pieces));
        for cut in 0..raw.len() {
            let (head, tail) = raw.split_at(cut);
            let gap = Told::of(layer, &[(0, head), (cut as u64 + 5, tail)]);
            prop_assert_eq!(&gap, &whole.with_gap(cut as u64, 5));
        }
    }

    #[test]
    fn text_without_signs_reads_as_it_stands(text in "[a-zA-Z0-9 .,:;@/!?'\"=>()\näöüßéàñçλж漢字ひ한-]{0,200}") {
        for layer in LAYERS {
            let told = Told::of(layer, &[(0, text.as_bytes())]);
            prop_assert_eq!(&told.text, text.as_bytes());
            let all: Vec<u64> = (0..=text.len() as u64).collect();
            prop_assert_eq!((&told.starts, &told.ends), (&all, &all));
        }
        prop_assert_eq!(deep_at(text.as_bytes()), None);
    }

    /// What is forgotten is not asked for; all else is told as if nothing had been forgotten.
    #[test]
    fn forgetting_changes_nothing_of_what_is_left(
        layer in prop::sample::select(&LAYERS[..]),
        bits in prop::collection::vec(prop::sample::select(BITS), 1..30),
        keep in 0..8u64,
    ) {
        let raw = bits.concat().into_bytes();
        let whole = Told::of(layer, &[(0, &raw)]);
        let mut view = View::new();
        let mut out = Vec::new();
        view.begin(layer);
        for (byte, at) in raw.iter().zip(0..) {
            view.push(at, &[*byte], &mut out);
            let length = out.len() as u64;
            let from = length.saturating_sub(keep);
            view.forget(from);
            prop_assert_eq!(view.end_of(from), whole.ends[index(from)]);
            for c in from..length {
                prop_assert_eq!(view.start_of(c), whole.starts[index(c)]);
                prop_assert_eq!(view.end_of(c + 1), whole.ends[index(c + 1)]);
            }
        }
    }
}

/// Whole, at every cut, with a gap at every cut, and byte by byte.
#[track_caller]
fn check(layer: Layer, raw: &str, expected: &str) -> Told {
    check_bytes(layer, raw.as_bytes(), expected.as_bytes())
}

#[track_caller]
fn check_bytes(layer: Layer, raw: &[u8], expected: &[u8]) -> Told {
    let whole = Told::of(layer, &[(0, raw)]);
    let lossy = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(whole.text, expected, "{layer:?}: {} != {}", lossy(&whole.text), lossy(expected));
    whole.leads_back(raw.len() as u64);
    for cut in 0..raw.len() {
        let (head, tail) = raw.split_at(cut);
        let at = cut as u64;
        assert_eq!(Told::of(layer, &[(0, head), (at, tail)]), whole, "{layer:?} cut at {cut}");
        let gap = Told::of(layer, &[(0, head), (at + 7, tail)]);
        assert_eq!(gap, whole.with_gap(at, 7), "{layer:?}, a gap at {cut}");
    }
    let bytes: Vec<_> = raw.chunks(1).zip(0..).map(|(byte, at)| (at, byte)).collect();
    assert_eq!(Told::of(layer, &bytes), whole, "{layer:?} byte by byte");
    whole
}

/// For texts too long for every cut: near both ends and the limits.
#[track_caller]
fn check_some_cuts(raw: &str, expected: &str) -> Told {
    let raw = raw.as_bytes();
    let whole = Told::of(DEEP, &[(0, raw)]);
    assert_eq!(whole.text, expected.as_bytes());
    whole.leads_back(raw.len() as u64);
    let ends = [0, LONGEST_INLINE + 1, raw.len()];
    for cut in ends.into_iter().flat_map(|end| end.saturating_sub(8)..end + 8) {
        let (head, tail) = raw.split_at(cut.min(raw.len()));
        assert_eq!(Told::of(DEEP, &[(0, head), (head.len() as u64, tail)]), whole, "cut at {cut}");
    }
    for size in [1, 7, LONGEST_INLINE] {
        let pieces = raw.chunks(size).zip((0..).step_by(size));
        let pieces: Vec<_> = pieces.map(|(piece, at)| (at, piece)).collect();
        assert_eq!(Told::of(DEEP, &pieces), whole, "cut every {size} bytes");
    }
    whole
}

/// All that a view tells of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    text: Vec<u8>,
    /// Of each canonical byte, and behind the last.
    starts: Vec<u64>,
    ends: Vec<u64>,
    /// Within the whole text.
    markup: Vec<(u64, u64)>,
}

impl Told {
    fn of(layer: Layer, pieces: &[(u64, &[u8])]) -> Self {
        let mut view = View::new();
        let mut text = Vec::new();
        let mut settled = Vec::new();
        view.begin(layer);
        for &(at, piece) in pieces {
            view.push(at, piece, &mut text);
            settled.push((text.len() as u64, view.settled(text.len() as u64)));
        }
        view.finish(&mut text);
        let all = 0..=text.len() as u64;
        let mut markup = Vec::new();
        view.markup(0, text.len() as u64, |from, to| markup.push((from, to)));
        let starts: Vec<u64> = all.clone().map(|c| view.start_of(c)).collect();
        assert!(settled.is_sorted_by_key(|&(_, to)| to), "{settled:?}");
        for (c, to) in settled {
            assert!(to <= starts[index(c)], "what is settled is not asked for");
        }
        Self { starts, ends: all.map(|c| view.end_of(c)).collect(), text, markup }
    }

    /// Units come one after the other and do not overlap.
    #[track_caller]
    fn leads_back(&self, length: u64) {
        assert!(self.starts.is_sorted() && self.ends.is_sorted());
        for (c, &start) in self.starts.iter().enumerate().take(self.text.len()) {
            let end = self.ends[c + 1];
            let next = self.starts[c + 1];
            assert!(start < end && (end <= next || start == next), "unit of {c}: {start}..{end}");
        }
        assert_eq!(self.starts.last(), Some(&length), "all was read");
        assert!(self.markup.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!(self.markup.iter().all(|(from, to)| from < to));
    }

    /// The same with more input, which is not of the text, before `cut`.
    fn with_gap(&self, cut: u64, width: u64) -> Self {
        let start = |at: u64| if at >= cut && cut > 0 { at + width } else { at };
        let end = |at: u64| if at > cut && cut > 0 { at + width } else { at };
        let mut told = self.clone();
        if cut == 0 {
            told.starts.iter_mut().chain(&mut told.ends).for_each(|at| *at += width);
            told.markup.iter_mut().for_each(|range| *range = (range.0 + width, range.1 + width));
            return told;
        }
        told.starts.iter_mut().for_each(|at| *at = start(*at));
        told.ends.iter_mut().for_each(|at| *at = end(*at));
        told.markup.iter_mut().for_each(|range| *range = (start(range.0), end(range.1)));
        let (first, last) = (self.starts[0], self.ends[self.text.len()]);
        if first < cut && cut < last {
            told.markup.push((cut, cut + width));
            told.markup.sort_unstable();
            told.markup = told.markup.iter().fold(Vec::new(), |mut joined, &(from, to)| {
                match joined.last_mut() {
                    Some(last) if from <= last.1 => last.1 = to.max(last.1),
                    _ => joined.push((from, to)),
                }
                joined
            });
        }
        told
    }
}

fn index(c: u64) -> usize {
    usize::try_from(c).unwrap()
}
