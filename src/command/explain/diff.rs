//! What changed, line by line? A text before and after, for a person's eyes.

use std::io::{self, Write};
use std::ops::Range;

/// Prints a text before and after: lines that went with `-`, lines that came with `+`, three
/// lines around them, and of the rest how many there are. In colour, what changed within a
/// line stands out.
pub(super) fn diff(
    out: &mut impl Write,
    before: &str,
    after: &str,
    colour: bool,
) -> io::Result<()> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let steps = steps(&old, &new);
    let last = steps.len().saturating_sub(1);
    for (index, step) in steps.iter().enumerate() {
        let lines = old.get(step.old.clone()).unwrap_or_default();
        if step.same {
            let head = if index == 0 { 0 } else { AROUND.min(lines.len()) };
            let tail = if index == last { 0 } else { AROUND.min(lines.len() - head) };
            let hidden = lines.len() - head - tail;
            for (index, line) in lines.iter().enumerate() {
                // A sum that says "1 line" takes as much room as the line.
                if index < head || index >= head + hidden || hidden == 1 {
                    writeln!(out, "  {}", visible(line))?;
                } else if index == head {
                    writeln!(out, "  ... {hidden} lines as they came")?;
                }
            }
        } else {
            let others = new.get(step.new.clone()).unwrap_or_default();
            let marks = marks(&lines.join("\n"), &others.join("\n"));
            for (sign, lines, marks) in [(&GONE, lines, &marks.0), (&COME, others, &marks.1)] {
                print(out, sign, lines, marks, colour)?;
            }
        }
    }
    Ok(())
}

/// Lines around a change that show where it is.
const AROUND: usize = 3;

struct Sign {
    text: &'static str,
    colour: &'static str,
}

/// Red.
const GONE: Sign = Sign { text: "- ", colour: "\x1b[31m" };

/// Green.
const COME: Sign = Sign { text: "+ ", colour: "\x1b[32m" };

/// Prints lines of which these ranges changed; each line counts one byte more, for its end.
fn print(
    out: &mut impl Write,
    sign: &Sign,
    lines: &[&str],
    marks: &[Range<usize>],
    colour: bool,
) -> io::Result<()> {
    let mut start = 0;
    for line in lines {
        if colour {
            let mut done = 0;
            let mut shown = String::new();
            for mark in marks {
                let from = mark.start.saturating_sub(start).clamp(done, line.len());
                let to = mark.end.saturating_sub(start).clamp(from, line.len());
                let part = |range: Range<usize>| visible(line.get(range).unwrap_or_default());
                shown += &part(done..from);
                if from < to {
                    // Reverse video, and off again.
                    shown.extend(["\x1b[7m", &part(from..to), "\x1b[27m"]);
                }
                done = to;
            }
            shown += &visible(line.get(done..).unwrap_or_default());
            writeln!(out, "{}{}{shown}\x1b[0m", sign.colour, sign.text)?;
        } else {
            writeln!(out, "{}{}", sign.text, visible(line))?;
        }
        start += line.len() + 1;
    }
    Ok(())
}

/// What changed between two texts, word by word: ranges of the one and of the other.
fn marks(before: &str, after: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (old, new) = (words(before), words(after));
    let place = |words: &[&str]| {
        let mut places = vec![0];
        places.extend(words.iter().scan(0, |at, word| {
            *at += word.len();
            Some(*at)
        }));
        places
    };
    let (old_places, new_places) = (place(&old), place(&new));
    let range = |places: &[usize], words: &Range<usize>| {
        let at = |index: usize| places.get(index).copied().unwrap_or_default();
        at(words.start)..at(words.end)
    };
    let steps = steps(&old, &new);
    let changed = || steps.iter().filter(|step| !step.same);
    (
        changed().map(|step| range(&old_places, &step.old)).collect(),
        changed().map(|step| range(&new_places, &step.new)).collect(),
    )
}

/// A text as words and the signs between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|sign: char| !sign.is_alphanumeric()) {
            Some(0) => first.len_utf8(),
            Some(length) => length,
            None => rest.len(),
        };
        let (word, behind) = rest.split_at(length);
        words.push(word);
        rest = behind;
    }
    words
}

/// A run that both have, or what one has in the place of the other's.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    same: bool,
    old: Range<usize>,
    new: Range<usize>,
}

/// How far apart two runs may be that are the same, on both sides together. It bounds the work
/// for each item, and with it all work.
const REACH: usize = 64;

/// From the one to the other in steps that alternate. Not the fewest: it goes on where both next
/// agree, which is what replacements in place leave behind.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let run = old.iter().skip(i).zip(new.iter().skip(j)).take_while(|(a, b)| a == b).count();
        let (k, l) = if run > 0 { (run, run) } else { apart(old, new, i, j) };
        let (from, to) = (i..i + k, j..j + l);
        match steps.last_mut() {
            Some(last) if last.same == (run > 0) => {
                (last.old.end, last.new.end) = (from.end, to.end)
            }
            _ => steps.push(Step { same: run > 0, old: from, new: to }),
        }
        (i, j) = (i + k, j + l);
    }
    steps
}

/// How many of each until both agree again.
fn apart(old: &[&str], new: &[&str], i: usize, j: usize) -> (usize, usize) {
    let (left, right) = (old.len() - i, new.len() - j);
    let agree = |k: usize, l: usize| match (old.get(i + k), new.get(j + l)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    };
    for distance in 1..=REACH {
        for k in 0..=distance {
            let l = distance - k;
            if k <= left && l <= right && agree(k, l) {
                return (k, l);
            }
        }
    }
    (left.min(REACH), right.min(REACH))
}

/// A line as a terminal may print it: nothing in it moves the cursor.
pub(super) fn visible(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for sign in line.chars() {
        if sign.is_control() && sign != '\t' {
            shown.extend(sign.escape_default());
        } else {
            shown.push(sign);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_as_they_went_and_came() {
        check("a\nb\nc\n", "a\nB\nc\n", "  a\n- b\n+ B\n  c\n");
        check("a\nb\nc", "a\nc", "  a\n- b\n  c\n");
        check("a", "a\nb", "  a\n+ b\n");
        check("a\nb", "x\ny", "- a\n- b\n+ x\n+ y\n");
        check("same", "same", "  same\n");
        check("", "", "");
        check("a\x1b[2J\tb", "a\tb", "- a\\u{1b}[2J\tb\n+ a\tb\n");
    }

    #[test]
    fn what_is_far_from_a_change_is_counted() {
        check(
            "1\n2\n3\n4\n5\nx\n6\n7\n8\n9\n10",
            "1\n2\n3\n4\n5\ny\n6\n7\n8\n9\n10",
            "  ... 2 lines as they came\n  3\n  4\n  5\n- x\n+ y\n  6\n  7\n  8\n  ... 2 lines as they came\n",
        );
        check("1\n2\n3\n4\nx", "1\n2\n3\n4\ny", "  1\n  2\n  3\n  4\n- x\n+ y\n");
    }

    #[test]
    fn in_colour_the_words_stand_out() {
        let mut out = Vec::new();
        diff(&mut out, "to ann@a.org, bob", "to [email], bob", true).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\x1b[31m- to \x1b[7mann@a.org\x1b[27m, bob\x1b[0m\n\
             \x1b[32m+ to \x1b[7m[email]\x1b[27m, bob\x1b[0m\n"
        );
    }

    /// Whatever the texts, the steps lead from the one to the other.
    #[test]
    fn steps_leave_nothing_out() {
        let mut dice = 7_u32;
        for _ in 0..2_000 {
            let mut draw = || {
                let mut list = Vec::new();
                for _ in 0..9 {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    list.push(["a", "b", "c"][(dice >> 24) as usize % 3]);
                }
                list.truncate((dice >> 16) as usize % 10);
                list
            };
            let (old, new) = (draw(), draw());
            let (mut i, mut j) = (0, 0);
            for step in steps(&old, &new) {
                assert_eq!((step.old.start, step.new.start), (i, j), "{old:?} {new:?}");
                assert!(!step.same || old[step.old.clone()] == new[step.new.clone()]);
                assert!(step.old.end > i || step.new.end > j, "{old:?} {new:?}");
                (i, j) = (step.old.end, step.new.end);
            }
            assert_eq!((i, j), (old.len(), new.len()), "{old:?} {new:?}");
        }
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        let mut out = Vec::new();
        diff(&mut out, before, after, false).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
