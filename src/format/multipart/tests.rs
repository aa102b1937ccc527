use super::*;
use crate::format::heard::{Told, hear, lines, paths, reads, run};
use proptest::prelude::*;

reads!(Multipart);

#[test]
fn a_browser_sends_fields_and_a_file() {
    let payload = concat!(
        "------x\r\n",
        "Content-Disposition: form-data; name=\"message[content]\"\r\n",
        "\r\n",
        "write to ann@example.org\r\n",
        "------x\r\n",
        "Content-Disposition: form-data; name=\"message[attachments][]\"; ",
        "filename=\"Ann_%22Lee%22 \\.jpg\"\r\n",
        "Content-Type: image/jpeg\r\n",
        "\r\n",
        "\u{ff}\u{d8} bob@example.org\r\n",
        "------x\r\n",
        "Content-Disposition: form-data; name=\"contact[email]\"\r\n",
        "\r\n",
        "ann@example.org\r\n",
        "------x\r\n",
        "Content-Disposition: form-data; name=\"empty\"; filename=\"\"\r\n",
        "Content-Type: application/octet-stream\r\n",
        "\r\n",
        "\r\n",
        "------x--\r\n",
    );
    check(
        "----x",
        payload,
        &[
            "name quoted : message[content]",
            "value plain message[content]: write to ann@example.org",
            "name quoted : message[attachments][]",
            "value quoted filename: Ann_%22Lee%22 \\.jpg",
            "name quoted : contact[email]",
            "value plain contact[email] #0: ann@example.org",
            "name quoted : empty",
        ],
    );
}

#[test]
fn curl_sends_text_as_octets_and_escapes_with_backslashes() {
    let payload = concat!(
        "--------------------------d74496d66958873e\r\n",
        "Content-Disposition: form-data; name=\"say \\\"hi\\\"\"\r\n",
        "\r\n",
        "{\"mail\": \"ann@example.org\"}\r\n",
        "--------------------------d74496d66958873e\r\n",
        "Content-Disposition: attachment; name=\"f\"; filename=\"C:\\ann.txt\"\r\n",
        "Content-Type: application/octet-stream\r\n",
        "\r\n",
        "--------------------------d74496d66958873\r\n",
        "\r\n",
        "--------------------------d74496d66958873e--\r\n",
    );
    check(
        "------------------------d74496d66958873e",
        payload,
        &[
            "name quoted : say \\\"hi\\\"",
            "name jsonstring : mail",
            "value jsonstring mail: ann@example.org",
            "name quoted : f",
            "value quoted filename: C:\\ann.txt",
        ],
    );
}

#[test]
fn the_name_is_told_as_it_reads() {
    for (written, name) in [
        ("name=\"a b\"", "a b"),
        ("name=a", "a"),
        ("NAME = \"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"),
        ("name=\"a%22b%0D%0Ac%41\"", "a\"b\r\nc%41"),
        ("name*=UTF-8'en'a%20b%27", "a b'"),
        ("name*=a%20b", "a b"),
        ("name*0=a; name*1=\" b\"", "a b"),
        ("name*0*=UTF-8''a%20; name*1*=%62", "a b"),
        ("name=a; name*1=b", "a"),
        ("filename=\"name=b\"; name=a", "a"),
        ("nothing=at all", ""),
    ] {
        let head = format!("Content-Disposition: form-data; {written}");
        let told = lines(part(&head, "y").as_bytes(), || reader("x", Binary::Pass));
        let value = told.iter().rfind(|line| line.starts_with("value plain")).unwrap();
        assert_eq!(*value, format!("value plain {name}: y"), "{written}");
    }
    // Whichever of two names a backend believes, the path that leads to it counts.
    let payload = part("Content-Disposition: a; name=a; name=contact[email]", "y");
    check(
        "x",
        &payload,
        &["name quoted : a", "name quoted : contact[email]", "value plain a #0: y"],
    );
}

#[test]
fn all_that_a_head_says_of_a_person_is_told() {
    for (head, expected) in [
        (
            "Content-Disposition: form-data; filename*=UTF-8''ann%40example.org; size=3",
            &["value percent filename: ann%40example.org", "value quoted size: 3"][..],
        ),
        (
            "content-disposition : attachment;\r\n\tfilename=ann lee.txt ;\r\n x",
            &["value quoted filename: ann lee.txt", "value quoted : x"],
        ),
        (
            "Content-Disposition: a; filename*0=\"ann@\"; filename*1=\"example.org\"; a=b",
            &["value quoted filename: ann@example.org", "value quoted a: b"],
        ),
        (
            "Content-Type: text/plain; charset=utf-8; name=\"ann.txt\"",
            &["value quoted name: ann.txt"],
        ),
        ("Content-Type: text/plain; boundary=a; start=\"<b@c>\"", &[]),
        ("X-Mail:  ann@example.org \r\nX-Empty:", &["value plain X-Mail: ann@example.org"]),
        ("Content-ID: <1@example.org>\r\nContent-Length: 1", &[]),
        ("ann@example.org", &["value plain : ann@example.org"]),
        (": ann", &["value plain : ann"]),
    ] {
        let expected = [expected, &["value plain : y"]].concat();
        check("x", &part(head, "y"), &expected);
    }
}

#[test]
fn a_body_is_read_as_its_type_says() {
    for (head, body, expected) in [
        (
            "Content-Type: application/json",
            "{\"a\": \"b\"}",
            &["name jsonstring : a", "value jsonstring a: b"][..],
        ),
        (
            "Content-Disposition: form-data",
            "{\"a\": \"b\"}",
            &["name jsonstring : a", "value jsonstring a: b"],
        ),
        ("Content-Type: text/plain", "[\"a\"]", &["value jsonstring : a"]),
        ("Content-Type: text/plain", "[12:30] a", &["value plain : [12:30] a"]),
        ("Content-Type: text/html", "<b>a", &["value markup : <b>a"]),
        (
            "Content-Type: application/x-www-form-urlencoded",
            "a=b",
            &["name form : a", "value form a: b"],
        ),
        ("Content-Type: text/event-stream", "data: a\n\n", &["value plain : a"]),
        ("Content-Type: message/rfc822", "Subject: a", &["value plain : Subject: a"]),
        ("Content-Type: nonsense", "a", &["value plain : a"]),
        ("Content-Type: image/png", "a", &[]),
        ("Content-Type: application/x-unheard-of", "a", &[]),
        // Two types: a reader that believes the second one must not see what was not looked at.
        ("Content-Type: image/png\r\nContent-Type: text/plain", "a", &["value plain : a"]),
        ("Content-Type: text/plain\r\nContent-Type: image/png", "a", &["value plain : a"]),
        ("Content-Type: text/plain; charset=iso-8859-1", "a", &["value plain : a"]),
        ("Content-Transfer-Encoding: 8BIT", "a", &["value plain : a"]),
        ("Content-Transfer-Encoding: base64\r\nContent-Type: image/png", "YQ==", &[]),
    ] {
        check("x", &part(head, body), expected);
    }
}

#[test]
fn a_path_leads_to_a_whole_part_whatever_its_type() {
    for head in [
        "Content-Type: image/png",
        "Content-Type: application/json",
        "Content-Type: multipart/mixed; boundary=y",
        "Content-Transfer-Encoding: base64",
    ] {
        let head = format!("Content-Disposition: form-data; name=contact[email]\r\n{head}");
        check(
            "x",
            &part(&head, "[\"\u{f6}\"]"),
            &["name quoted : contact[email]", "value plain contact[email] #0: [\"\u{f6}\"]"],
        );
    }
}

#[test]
fn what_cannot_or_must_not_be_read_is_refused() {
    let encoding = |at| Err(Unreadable::Encoding { at });
    for (head, body, binary, expected) in [
        ("Content-Transfer-Encoding: base64", "YQ==", Binary::Pass, encoding(42)),
        ("Content-Transfer-Encoding: Quoted-Printable", "=40", Binary::Pass, encoding(52)),
        ("Content-Transfer-Encoding: rot13", "n", Binary::Pass, encoding(41)),
        ("Content-Transfer-Encoding: base64", "", Binary::Pass, Ok(())),
        ("Content-Type: text/plain; charset=utf-16", "a\0", Binary::Pass, encoding(49)),
        ("Content-Type: text/plain; charset=iso-2022-jp", "a", Binary::Pass, encoding(54)),
        (
            "Content-Type: image/png",
            "\u{89}PNG",
            Binary::Refuse,
            Err(Unreadable::Binary { at: 32 }),
        ),
        ("Content-Type: image/png", "", Binary::Refuse, Ok(())),
        ("Content-Type: multipart/mixed", "--y", Binary::Pass, Err(Unreadable::NoParts { at: 38 })),
        (
            "Content-Type: multipart/mixed; boundary=y",
            "ann",
            Binary::Pass,
            Err(Unreadable::NoParts { at: 53 }),
        ),
    ] {
        let payload = part(head, body);
        let (_, result) = hear(payload.as_bytes(), || reader("x", binary));
        assert_eq!(result, expected, "{head}");
    }
}

#[test]
fn parts_may_stand_inside_parts() {
    let payload = concat!(
        "--x\r\n",
        "Content-Disposition: form-data; name=\"files\"\r\n",
        "Content-Type: multipart/mixed; boundary=xy\r\n",
        "\r\n",
        "--xy\r\n",
        "Content-Disposition: file; filename=\"a.txt\"\r\n",
        "\r\n",
        "a\r\n",
        "--xy\r\n",
        "Content-Disposition: file; filename=\"b.json\"\r\n",
        "Content-Type: application/json\r\n",
        "\r\n",
        "[\"b\"]\r\n",
        "--xy--\r\n",
        "--x\r\n",
        "\r\n",
        "c\r\n",
        "--x--\r\n",
    );
    check(
        "x",
        payload,
        &[
            "name quoted : files",
            "value quoted filename: a.txt",
            "value plain files: a",
            "value quoted filename: b.json",
            "value jsonstring : b",
            "value plain : c",
        ],
    );
}

#[test]
fn parts_inside_parts_have_a_bound() {
    for (levels, depth, too_deep) in [(8, 128, false), (9, 128, true), (2, 2, false), (3, 2, true)]
    {
        let mut payload = String::new();
        for level in 1..levels {
            payload += &format!("--{level}\r\nContent-Type: multipart/mixed; boundary=");
            payload += &format!("{}\r\n\r\n", level + 1);
        }
        payload += &format!("--{levels}\r\n\r\nann");
        let (told, result) = hear(payload.as_bytes(), || {
            Multipart::new(b"1", Bounds { depth }, Arc::default(), Binary::Pass)
        });
        let found: Vec<_> = told.iter().map(Told::line).collect();
        if too_deep {
            assert!(matches!(result, Err(Unreadable::TooDeep { .. })), "{levels} of {depth}");
            assert!(found.is_empty());
        } else {
            assert_eq!((found, result), (vec!["value plain : ann".to_owned()], Ok(())));
        }
    }
}

#[test]
fn delimiters_are_found_in_all_their_forms() {
    for (payload, expected) in [
        ("--x\n\na\n--x\n\nb\n--x--\n", &["value plain : a", "value plain : b"][..]),
        ("--x \t\r\n\r\na\r\n--x--", &["value plain : a"]),
        ("\r\n--x\r\n\r\na\r\n--x--", &["value plain : a"]),
        // What is cut off is looked at all the same.
        ("--x\r\n\r\na\r\n--x", &["value plain : a"]),
        ("--x\r\n\r\na\r\n--x-", &["value plain : a"]),
        ("--x\r\n\r\na\r\n--", &["value plain : a\r\n--"]),
        ("--x\r\n\r\na\r", &["value plain : a\r"]),
        ("--x\r\nX-A: b", &["value plain : X-A: b"]),
        ("--x\r\nX-A: b\r\n--x--", &["value plain : X-A: b"]),
        ("--x\r\n\r\n--x\r\n\r\n\r\n--x--", &[]),
        ("--x\r\n--x\r\n\r\n\r\n--x--", &[]),
        ("--x\r\n\r\n\r\n\r\n--x--", &["value plain : \r\n"]),
        ("--x--", &[]),
        ("--x", &[]),
        ("", &[]),
        // Nobody should read these, so somebody does.
        (
            "pre\r\namble\r\n--x\r\n\r\na\r\n--x-- epi\r\nlogue\r\n--x\r\n",
            &[
                "value plain : pre\r\namble",
                "value plain : a",
                "value plain : epi\r\nlogue\r\n--x\r\n",
            ],
        ),
        ("\r\n \r\n--x\r\n\r\na\r\n--x--\r\n\r\n ", &["value plain : a"]),
        (
            "--x ann@example.org\r\n\r\na\r\n--x--",
            &["value plain : ann@example.org\r", "value plain : a"],
        ),
    ] {
        check("x", payload, expected);
    }
}

#[test]
fn what_looks_like_a_delimiter_is_data() {
    for data in [
        "--boundary",
        "\r--boundary\r\n",
        "\r\n--boundar",
        "\r\n--boundarY\r\n",
        "\r\n--boundaryy\r\n",
        "\r\n--boundary-\r\n",
        "\r\n--boundary-x",
        "\r\n --boundary\r\n",
        "\r\n-boundary\r\n",
        "\r\n\r\n\r\n",
        "\r\r\r",
        "\n\r\n\r",
        "\r\n--\r\n--b\r\n--bo\r\n--boundar\r\n--boundary.",
        "\r\n--boundary\0",
    ] {
        let payload = format!("--boundary\r\n\r\na{data}b\r\n--boundary--");
        check("boundary", &payload, &[&format!("value plain : a{data}b")]);
    }
}

#[test]
fn a_part_in_doubt_is_one_text_head_and_all() {
    check(
        "x",
        "--x\r\n\r\na\n--x\r\nContent-Type: image/png\r\n\r\nb\r\n--x\r\n\r\nc\r\n--x--",
        &["value plain : a", "value plain : Content-Type: image/png\r\n\r\nb", "value plain : c"],
    );
    check(
        "x",
        "--x\n\na\r\n--x\nX-A: b\n\nc\n--x--",
        &["value plain : a", "value plain : X-A: b\n\nc"],
    );
}

#[test]
fn without_a_boundary_there_are_no_parts() {
    let long = "b".repeat(257);
    for (boundary, payload, at) in [
        ("", "a", 0),
        ("a\nb", "--a\nb\n\nc", 0),
        (&long, "a", 0),
        ("x", "ann@example.org", 15),
        ("x", "--y\r\n\r\na\r\n--y--", 15),
        ("x", "a--x\r\n", 6),
    ] {
        let (_, result) = hear(payload.as_bytes(), || reader(boundary, Binary::Pass));
        assert_eq!(result, Err(Unreadable::NoParts { at }), "{payload}");
    }
    let (told, result) = hear(b"", || reader("", Binary::Pass));
    assert_eq!((told, result), (vec![], Ok(())));
}

#[test]
fn a_head_has_a_limit_and_a_preamble_has_none() {
    for (len, fits) in [(LONGEST_HEAD, true), (LONGEST_HEAD + 1, false)] {
        let head = format!("X-A: {}", "a".repeat(len - 9));
        let payload = part(&head, "b");
        for size in [payload.len(), 4096, 7, 1] {
            let cuts: Vec<_> = (size..payload.len()).step_by(size).chain([payload.len()]).collect();
            let (told, result) = run(payload.as_bytes(), &cuts, || reader("x", Binary::Pass));
            let expected = if fits { Ok(()) } else { Err(Unreadable::NoParts { at: 5 }) };
            assert_eq!((told.len(), result), (if fits { 2 } else { 0 }, expected), "{size}");
        }
    }
    let preamble = "preamble\r\n".repeat(20_000);
    let payload = preamble.clone() + &part("X-A: b", "c");
    let (told, result) = run(payload.as_bytes(), &[payload.len()], || reader("x", Binary::Pass));
    assert_eq!((told.len(), result), (3, Ok(())));
    assert_eq!(told[0].text.len(), preamble.len() - 2);
}

#[test]
fn an_error_stays_one() {
    let mut parts = reader("", Binary::Pass);
    let mut nobody = Nobody;
    let error = Err(Unreadable::NoParts { at: 3 });
    assert_eq!(parts.push(3, b"a", &mut nobody), error);
    assert_eq!(parts.push(4, b"b", &mut nobody), error);
    assert_eq!(parts.finish(5, &mut nobody), error);
}

proptest! {
    /// Data of which every piece nearly is a delimiter, in parts that all are text: what is
    /// told between the heads is all there is.
    #[test]
    fn near_delimiters_are_data_on_every_cut(
        bodies in prop::collection::vec("(\r|\n|\r\n|-|--|--x|--xy|--xyx|x|y|--xy-|a){0,8}", 1..4),
    ) {
        let parted: Vec<_> = bodies.iter().map(|body| format!("--xyz\r\n\r\n_{body}")).collect();
        let payload = parted.join("\r\n") + "\r\n--xyz--\r\n";
        let told = lines(payload.as_bytes(), || reader("xyz", Binary::Pass));
        let expected: Vec<_> = bodies.iter().map(|body| format!("value plain : _{body}")).collect();
        prop_assert_eq!(told, expected);
    }

    /// Anything at all, delimiters and heads among it: the same on every cut, and each text in
    /// its place, which `hear` asserts.
    #[test]
    fn cuts_do_not_matter(
        payload in "(\r\n|\n|\r|--x|--|-| |Content-|Type: |multipart/mixed;boundary=x|image/a|:|a){0,20}",
    ) {
        for (payload, binary) in
            [(payload.clone(), Binary::Pass), (format!("--x\r\n{payload}"), Binary::Refuse)]
        {
            let (told, _) = hear(payload.as_bytes(), || reader("x", binary));
            prop_assert!(told.iter().all(|told| !told.text.is_empty()));
        }
    }
}

struct Nobody;

impl Sink for Nobody {
    fn begin(&mut self, _: u64, _: crate::format::Text<'_>) {}
    fn more(&mut self, _: u64, _: &[u8]) {}
    fn end(&mut self, _: u64) {}
}

/// A payload of one part with this head and this body, parted by `x`.
fn part(head: &str, body: &str) -> String {
    format!("--x\r\n{head}\r\n\r\n{body}\r\n--x--\r\n")
}

fn reader(boundary: &str, binary: Binary) -> Multipart {
    Multipart::new(boundary.as_bytes(), Bounds::default(), paths(&["contact.email"]), binary)
}

#[track_caller]
fn check(boundary: &str, payload: &str, expected: &[&str]) {
    let told = lines(payload.as_bytes(), || reader(boundary, Binary::Pass));
    assert_eq!(told, expected, "{payload:?}");
}
