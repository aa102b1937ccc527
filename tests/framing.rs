//! The gate before the HTTP/1 parser: nothing that two readers cut differently comes through,
//! and no way of cutting the stream changes what does.

#![expect(clippy::panic, reason = "a corpus that cannot be read fails its tests")]

use cloakroom::framing::{Gate, GateLimits, Phase, Refusal};
use proptest::prelude::*;
use std::collections::BTreeMap;
use unescape::unescape;

#[path = "vectors/unescape.rs"]
mod unescape;

/// One payload of the corpus, with what may and what will become of it.
struct Case {
    name: &'static str,
    want: Want,
    gate: Outcome,
    bytes: Vec<u8>,
}

/// What any proxy owes its backend.
enum Want {
    /// No message comes out whole.
    Reject,
    /// At most so many come out whole.
    Single(u64),
    /// All of it passes.
    Accept,
}

/// All that a caller sees of a gate, once the stream has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    heads: u64,
    released: usize,
    refusal: Option<Refusal>,
    end: Result<(), Refusal>,
}

#[test]
fn the_corpus_comes_out_as_it_must() {
    let mut met = BTreeMap::new();
    for case in corpus() {
        let whole = feed(&case.bytes, LIMITS, [case.bytes.len()]);
        assert_eq!(whole, case.gate, "{}", case.name);
        // A body that is cut or unfinished never becomes a whole message at the backend.
        let cut = whole.end.is_err_and(|refusal| refusal.in_body());
        let messages = whole.heads - u64::from(cut);
        let verdict = match case.want {
            Want::Reject => {
                assert_eq!(messages, 0, "{}", case.name);
                assert!(whole.end.is_err(), "{}", case.name);
                if !cut {
                    assert_eq!(whole.released, 0, "{}", case.name);
                }
                if cut { "reject, in the body" } else { "reject" }
            }
            Want::Single(most) => {
                assert!(messages <= most, "{}", case.name);
                "single"
            }
            Want::Accept => {
                let all = (case.bytes.len(), None, Ok(()));
                assert_eq!((whole.released, whole.refusal, whole.end), all, "{}", case.name);
                "accept"
            }
        };
        *met.entry(verdict).or_insert(0) += 1;
    }
    let expected = [("accept", 8), ("reject", 106), ("reject, in the body", 14), ("single", 152)];
    assert_eq!(met, BTreeMap::from(expected));
}

#[test]
fn the_corpus_comes_out_the_same_at_every_cut() {
    let mut splits = 0;
    for case in corpus() {
        let length = case.bytes.len();
        assert_eq!(feed(&case.bytes, LIMITS, 1..=length), case.gate, "{}, bytewise", case.name);
        // Behind a long run of one byte every cut is like the next.
        for at in (1..length).filter(|at| *at < 1200 || *at > length - 50 || at % 997 == 0) {
            let outcome = feed(&case.bytes, LIMITS, [at, length]);
            assert_eq!(outcome, case.gate, "{}, cut at {at}", case.name);
            splits += 1;
        }
    }
    assert!(splits > 50_000, "{splits}");
}

proptest! {
    #[test]
    fn valid_requests_pass_whole_and_are_cut_where_a_simple_reader_cuts_them(
        requests in prop::collection::vec(request(), 1..5),
        cuts in cuts(),
    ) {
        let bytes = requests.concat();
        let all = Outcome {
            heads: requests.len() as u64,
            released: bytes.len(),
            refusal: None,
            end: Ok(()),
        };
        prop_assert_eq!(&feed(&bytes, LIMITS, [bytes.len()]), &all);
        prop_assert_eq!(&feed(&bytes, LIMITS, cuts.ends(bytes.len())), &all);
        let mut ends = Vec::new();
        for request in &requests {
            ends.push(ends.last().unwrap_or(&0) + request.len());
        }
        prop_assert_eq!(&simple::message_ends(&bytes), &Some(ends));
        prop_assert_eq!(Some(gate_ends(&bytes)), simple::message_ends(&bytes));
    }

    #[test]
    fn no_cut_changes_the_verdict_on_a_broken_stream(
        requests in prop::collection::vec(request(), 1..4),
        changes in prop::collection::vec(change(), 1..4),
        limits in limits(),
        cuts in cuts(),
    ) {
        let mut bytes = requests.concat();
        for change in &changes {
            change.apply(&mut bytes);
        }
        for limits in [LIMITS, limits] {
            let whole = feed(&bytes, limits, [bytes.len()]);
            prop_assert_eq!(&feed(&bytes, limits, 1..=bytes.len()), &whole);
            prop_assert_eq!(&feed(&bytes, limits, cuts.ends(bytes.len())), &whole);
        }
    }

    #[test]
    fn what_passes_after_all_is_cut_where_a_simple_reader_cuts_it(
        requests in prop::collection::vec(request(), 1..4),
        changes in prop::collection::vec(change(), 1..3),
    ) {
        let mut bytes = requests.concat();
        for change in &changes {
            change.apply(&mut bytes);
        }
        let ends = gate_ends(&bytes);
        let passed = ends.last().copied().unwrap_or(0);
        // The last message may be cut short; those before it are settled.
        prop_assert_eq!(simple::message_ends(&bytes[..passed]), Some(ends));
    }
}

const LIMITS: GateLimits = GateLimits {
    head_bytes: 32 << 10,
    head_fields: 100,
    line_bytes: 8 << 10,
    body_bytes: 64 << 20,
};

/// Shows the gate the stream up to each of these ends in turn, answers no upgrade, and never
/// shows a byte again that was released.
fn feed(bytes: &[u8], limits: GateLimits, ends: impl IntoIterator<Item = usize>) -> Outcome {
    let mut gate = Gate::new(limits);
    let mut released = 0;
    for end in ends {
        loop {
            let step = gate.scan(&bytes[released..end]);
            released += step.release;
            assert!(released <= end);
            if step.refusal.is_some() {
                let (heads, refusal, end) = (gate.messages(), step.refusal, gate.end());
                return Outcome { heads, released, refusal, end };
            }
            if gate.phase() != Phase::Upgrade {
                break;
            }
            gate.resume(false);
        }
    }
    Outcome { heads: gate.messages(), released, refusal: None, end: gate.end() }
}

/// Where the gate sees messages end.
fn gate_ends(bytes: &[u8]) -> Vec<usize> {
    let mut gate = Gate::new(LIMITS);
    let mut released = 0;
    let mut ends = Vec::new();
    for end in 1..=bytes.len() {
        let step = gate.scan(&bytes[released..end]);
        released += step.release;
        if step.refusal.is_some() {
            break;
        }
        gate.resume(false);
        if gate.phase() == Phase::Idle && step.release > 0 {
            ends.push(released);
        }
    }
    ends
}

/// A reader that trusts every byte, written without a look at the gate.
mod simple {
    /// Where messages end, if the stream ends with one.
    pub(super) fn message_ends(bytes: &[u8]) -> Option<Vec<usize>> {
        let mut ends = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            at += message(&bytes[at..])?;
            ends.push(at);
        }
        Some(ends)
    }

    fn message(bytes: &[u8]) -> Option<usize> {
        let skipped = if bytes.starts_with(b"\r\n") { 2 } else { 0 };
        let bytes = &bytes[skipped..];
        let end = find(bytes, b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let value = |name: &str| {
            let line = head.lines().skip(1).find(|line| line.starts_with(&format!("{name}:")))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let body = &bytes[end..];
        let length = match (value("transfer-encoding"), value("content-length")) {
            (Some(_), _) => chunked(body)?,
            (None, Some(length)) => length.parse().ok()?,
            (None, None) => 0,
        };
        (length <= body.len()).then_some(skipped + end + length)
    }

    fn chunked(body: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let line = find(body.get(at..)?, b"\r\n")?;
            let size = String::from_utf8_lossy(&body[at..at + line]);
            let size = usize::from_str_radix(size.split(';').next()?, 16).ok()?;
            if size == 0 {
                // An empty line follows, directly or behind trailers.
                return Some(at + line + find(&body[at + line..], b"\r\n\r\n")? + 4);
            }
            at += line + 2 + size + 2;
        }
    }

    fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
        bytes.windows(needle.len()).position(|window| window == needle)
    }
}

/// A request that nothing is wrong with.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        ("GET / HTTP/1.1", "a.example"),
        ("POST /chat?q=%0d%0a|{} HTTP/1.1", "[2001:db8::1]:8443"),
        ("OPTIONS * HTTP/1.1", "a.example"),
        ("M-SEARCH //x/..;y HTTP/1.1", "192.0.2.1:80"),
        ("PUT http://A.example/x HTTP/1.1", "a.example:80"),
        ("GET https://a.example?q HTTP/1.1", "A.EXAMPLE"),
    ]);
    let fields = prop::collection::vec(field(), 0..5);
    (any::<bool>(), line, fields, body()).prop_map(|(empty_line, (line, host), fields, body)| {
        let (framing, body) = body;
        let mut bytes = Vec::new();
        if empty_line {
            bytes.extend(b"\r\n");
        }
        bytes.extend(format!("{line}\r\n").bytes());
        for (at, field) in fields.iter().enumerate() {
            if at == 1 {
                bytes.extend(framing.bytes());
            }
            bytes.extend(field);
        }
        bytes.extend(format!("hOst: \t{host} \r\n").bytes());
        if fields.len() < 2 {
            bytes.extend(framing.bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        bytes
    })
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    let name = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}".prop_filter("a name with a meaning", |name| {
        let meaning = ["host", "expect", "upgrade", "connection"];
        !meaning.contains(&name.to_ascii_lowercase().as_str())
    });
    let common = prop::sample::select(vec![
        &b"Connection: Upgrade, keep-alive\r\n"[..],
        b"Upgrade: websocket\r\n",
        b"EXPECT: 100-Continue\r\n",
        b"Cookie: a=\xc3\xbc; b=\"c\"\r\n",
        b"X-Empty:\r\n",
    ]);
    let value = prop::collection::vec(
        prop_oneof![8 => 0x20..=0x7eu8, 1 => Just(9u8), 1 => 0x80..=0xffu8],
        0..40,
    );
    prop_oneof![
        2 => common.prop_map(<[u8]>::to_vec),
        3 => (name, value).prop_map(|(name, value)| {
            [name.as_bytes(), b":", &value, b"\r\n"].concat()
        }),
    ]
}

/// The framing field, and the body that it announces.
fn body() -> impl Strategy<Value = (String, Vec<u8>)> {
    // Data that looks like framing is the hard case for a reader that searches.
    let data = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..60),
        Just(b"0\r\n\r\nGET /x HTTP/1.1\r\nHost: b\r\n\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
    ];
    let chunk = (data.clone(), "[0]{0,3}", prop::sample::select(EXTENSIONS.to_vec()));
    let trailers = prop::sample::select(vec!["", "Digest: x\r\n", "X-A: b\r\nx-b:\r\n"]);
    prop_oneof![
        Just((String::new(), Vec::new())),
        Just(("Content-Length: 0\r\n".to_owned(), Vec::new())),
        data.prop_map(|data| (format!("content-length:{}\t\r\n", data.len()), data)),
        (prop::collection::vec(chunk, 0..4), trailers).prop_map(|(chunks, trailers)| {
            let mut body = Vec::new();
            for (data, zeros, extension) in chunks {
                body.extend(format!("{zeros}{:X}{extension}\r\n", data.len()).bytes());
                body.extend(data);
                body.extend(b"\r\n");
            }
            body.extend(format!("0\r\n{trailers}\r\n").bytes());
            ("Transfer-Encoding: Chunked\r\n".to_owned(), body)
        }),
    ]
}

const EXTENSIONS: [&str; 4] = ["", ";a", ";a=b;c", ";a=\"b;\\\"\""];

/// One edit of a stream, at a place that wraps around its length.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, u8),
    Remove(usize, usize),
    Insert(usize, &'static [u8]),
    Repeat(usize, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize| at % (bytes.len() + 1);
        match *self {
            Self::Replace(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
            Self::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Insert(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, length) => {
                let at = place(at);
                let end = (at + length).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(end..end, again);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<usize>();
    let evil = prop::sample::select(vec![
        &b"\r"[..],
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b"\0",
        b"\x0b",
        b"\x7f",
        b":",
        b";",
        b",",
        b"0",
        b"+",
        b"#",
        b"\r\n ",
        b"\r\nContent-Length: 3\r\n",
        b"\r\nTransfer-Encoding: chunked\r\n",
        b"\r\nContent_Length: 3\r\n",
        b"\r\nHost: b.example\r\n",
        b"\xa0",
    ]);
    prop_oneof![
        (at, any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at, 1..20usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at, evil).prop_map(|(at, new)| Change::Insert(at, new)),
        (at, 1..60usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

/// Limits that short requests do meet.
fn limits() -> impl Strategy<Value = GateLimits> {
    (0..300usize, 0..6usize, 0..80usize, 0..80u64).prop_map(
        |(head_bytes, head_fields, line_bytes, body_bytes)| GateLimits {
            head_bytes,
            head_fields,
            line_bytes,
            body_bytes,
        },
    )
}

/// The lengths of the pieces in which a stream arrives, over and over.
#[derive(Clone, Debug)]
struct Cuts(Vec<usize>);

impl Cuts {
    fn ends(&self, length: usize) -> Vec<usize> {
        let mut end = 0;
        let pieces = self.0.iter().cycle().map(|piece| {
            end = (end + piece).min(length);
            end
        });
        let mut ends: Vec<usize> = pieces.take_while(|end| *end < length).collect();
        ends.push(length);
        ends
    }
}

fn cuts() -> impl Strategy<Value = Cuts> {
    prop::collection::vec(prop_oneof![1..4usize, 1..90usize], 1..12).prop_map(Cuts)
}

fn corpus() -> Vec<Case> {
    let cases: Vec<Case> = include_str!("vectors/smuggling.txt")
        .split("\n\n")
        .filter(|block| block.starts_with("case "))
        .map(case)
        .collect();
    assert_eq!(cases.len(), 280);
    cases
}

fn case(block: &'static str) -> Case {
    let mut lines = block.lines();
    let mut line =
        |prefix: &str| lines.next().and_then(|line| line.strip_prefix(prefix)).expect(block);
    let name = line("case ");
    assert!(!line("why  ").is_empty(), "{name}");
    let (want, gate) = line("want ").split_once(" -> ").expect(name);
    let bytes = unescape(line("raw  "));
    let want = match want.split_once(' ') {
        None if want == "reject" => Want::Reject,
        None if want == "accept" => Want::Accept,
        Some(("single", most)) => Want::Single(most.parse().expect(name)),
        _ => panic!("{name}: {want}"),
    };
    let gate: Vec<&str> = gate.split(' ').collect();
    let outcome = |heads: &str, released: &str, refusal, end| Outcome {
        heads: heads.parse().expect(name),
        released: released.parse().expect(name),
        refusal,
        end,
    };
    let gate = match gate[..] {
        ["pass", heads] => outcome(heads, &bytes.len().to_string(), None, Ok(())),
        ["open", heads, released, refusal] => outcome(heads, released, None, Err(named(refusal))),
        [verdict @ ("refuse" | "cut"), heads, released, status, refusal] => {
            let refusal = named(refusal);
            assert_eq!(refusal.status().to_string(), status, "{name}");
            assert_eq!(refusal.in_body(), verdict == "cut", "{name}");
            outcome(heads, released, Some(refusal), Err(refusal))
        }
        _ => panic!("{name}: {gate:?}"),
    };
    Case { name, want, gate, bytes }
}

fn named(name: &str) -> Refusal {
    use Refusal::*;
    let all = [
        LineEnd,
        Control,
        Method,
        RequestLine,
        Target,
        Version,
        VersionUnsupported,
        RequestLineTooLong,
        Folded,
        FieldName,
        HostMissing,
        Host,
        HostConflict,
        Length,
        LengthRepeated,
        LengthAndCoding,
        Coding,
        CodingRepeated,
        CodingInHttp10,
        LookAlike,
        Unfinished,
        ChunkSize,
        ChunkExtension,
        ChunkLine,
        ChunkEnd,
        TrailerForbidden,
        UnfinishedBody,
    ];
    all.into_iter().find(|refusal| refusal.name() == name).expect(name)
}
