//! Golden files of redaction, each case in its own content and through every way in which a text
//! may travel; whole, cut, and byte by byte.
//!
//! `cargo test --test golden_redact -- --nocapture` tells how much was tried.

#![allow(clippy::print_stdout, reason = "it tells how much was tried and held")]
#![allow(clippy::panic, reason = "a test and its files fail by panicking")]

#[path = "golden_redact/bait.rs"]
mod bait;
#[path = "golden_redact/case.rs"]
mod case;
mod redacting;
#[path = "golden_redact/wrapper.rs"]
mod wrapper;

use case::Case;
use cloakroom::detect::catalog::kinds;
use cloakroom::format::content::Content;
use redacting::{Cuts, Door, Out, every_way, shown};
use std::thread;
use wrapper::WRAPPERS;

#[test]
fn what_is_personal_is_taken_out_and_the_rest_stays() {
    let tried = in_parallel(own_content);
    tried.assert_right();
    println!("own content: {tried:?}");
    assert!(tried.cases >= 600 && tried.cuts >= 30_000, "{tried:?}");
}

#[test]
fn a_text_is_the_same_however_it_travels() {
    let tried = in_parallel(wrapped);
    tried.assert_right();
    println!("wrapped: {tried:?}");
    assert!(tried.cases >= 5_000 && tried.cuts >= 200_000, "{tried:?}");
}

#[test]
fn every_kind_has_its_file_with_finds_and_bait() {
    let files = case::files();
    for kind in kinds() {
        let name = format!("{}.txt", kind.name);
        let file = files.iter().find(|(file, _)| *file == name);
        let Some((_, cases)) = file else { panic!("no {name}") };
        let (mut finds, mut bait) = (0, 0);
        for case in cases {
            assert_eq!(case.kinds, [kind.name], "{}", case.place);
            *(if case.input == case.expected { &mut bait } else { &mut finds }) += 1;
        }
        assert!(finds >= 3 && bait >= 1 && finds + bait >= 5, "{name}: {finds} and {bait}");
    }
    println!("{} files, {} kinds", files.len(), kinds().count());
}

/// How much was tried, and what came out wrong.
#[derive(Debug, Default)]
struct Tried {
    files: usize,
    cases: usize,
    /// Places at which an input was cut in two, and inputs that came byte by byte.
    cuts: usize,
    wrong: Vec<String>,
}

impl Tried {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.cases += other.cases;
        self.cuts += other.cuts;
        self.wrong.extend(other.wrong);
    }
}

impl Tried {
    fn is_wrong(&mut self, out: &Out, expected: &str, place: &str) -> bool {
        let (got, way) = (shown(&out.bytes), &out.way);
        let is_wrong = got != expected;
        if is_wrong {
            self.wrong.push(format!("{place}, {way}:\n   got {got}\n  want {expected}"));
        }
        is_wrong
    }

    #[track_caller]
    fn assert_right(&self) {
        assert!(self.wrong.is_empty(), "{} wrong\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

fn own_content(cases: &[Case]) -> Tried {
    let mut tried = Tried { files: 1, ..Tried::default() };
    for case in cases {
        let rules = case.rules();
        let (input, expected) = (case.input.as_bytes(), case.expected.as_bytes());
        // What claims to be plain text is looked at twice; here it is plain text.
        let content = match &case.content[..] {
            "text/plain" => Content::Text,
            other => Content::of(Some(other), input),
        };
        for out in every_way(&rules, &Door::content(content), input, Cuts::Every) {
            tried.cuts += 1;
            if tried.is_wrong(&out, &shown(expected), &case.place) {
                break;
            }
        }
        let typed = Door::typed(&case.content);
        for out in every_way(&rules, &typed, input, Cuts::None) {
            tried.is_wrong(&out, &shown(expected), &case.place);
        }
        tried.cases += 1;
    }
    tried
}

fn wrapped(cases: &[Case]) -> Tried {
    let mut tried = Tried { files: 1, ..Tried::default() };
    for (number, case) in cases.iter().enumerate() {
        if case.content != "text/plain" {
            continue;
        }
        let rules = case.rules();
        for wrapper in WRAPPERS {
            if case.input.contains('\n') && !wrapper.has_lines {
                continue;
            }
            let input = (wrapper.wrap)(&case.input);
            let door = Door::content((wrapper.content)()).in_charset(wrapper.charset);
            // Every seventh cut of a long one, and of the next case the ones beside it.
            let cuts = if input.len() <= 80 { Cuts::Every } else { Cuts::Seventh(number % 7) };
            let place = format!("{} in {}", case.place, wrapper.name);
            let mut whole: Option<String> = None;
            for out in every_way(&rules, &door, &input, cuts) {
                tried.cuts += 1;
                let expected = whole.get_or_insert_with(|| shown(&out.bytes));
                if tried.is_wrong(&out, expected, &place) {
                    break;
                }
                if out.way == "whole" {
                    let read = Out { bytes: (wrapper.unwrap)(&out.bytes).into(), way: out.way };
                    tried.is_wrong(&read, &case.expected, &place);
                }
            }
            tried.cases += 1;
        }
    }
    tried
}

/// What this makes of the cases of all files.
fn in_parallel(work: fn(&[Case]) -> Tried) -> Tried {
    let files = case::files();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let mut all = Tried::default();
    thread::scope(|scope| {
        let share = |share| scope.spawn(move || -> Vec<Tried> { Vec::from_iter(share) });
        let shares = (0..threads).map(|first| {
            share(files.iter().skip(first).step_by(threads).map(|(_, cases)| work(cases)))
        });
        for handle in Vec::from_iter(shares) {
            match handle.join() {
                Ok(tried) => tried.into_iter().for_each(|one| all.add(one)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all
}
