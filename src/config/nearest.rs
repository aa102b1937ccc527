//! Which of the known names did somebody mean who wrote this one?

/// The nearest of `known`, if one is near: a third of its letters may differ. A letter too
/// many, too few, wrong, or swapped with its neighbour counts one; case and `-` count nothing.
pub(super) fn nearest<'k, I>(written: &str, known: I) -> Option<&'k str>
where
    I: IntoIterator<Item = &'k str>,
{
    // Nobody means a name of ten letters by writing a hundred.
    if written.len() > LONGEST {
        return None;
    }
    let written = letters(written);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = distance(&written, &letters(name));
        let near = distance <= 1.max(name.len() / 3) && distance < name.len();
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Longer than any key of ours, so that the table below stays small.
const LONGEST: usize = 64;

fn letters(name: &str) -> Vec<char> {
    name.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// Optimal string alignment distance, row by row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut left = i + 1;
        for (j, (&y, above)) in b.iter().zip(last.windows(2)).enumerate() {
            let [diagonal, up] = *above else { continue };
            let mut cost = (diagonal + usize::from(x != y)).min(up + 1).min(left + 1);
            let swapped = j > 0 && i > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if let Some(two_back) = before.get(j.wrapping_sub(1)).filter(|_| swapped) {
                cost = cost.min(two_back + 1);
            }
            row.push(cost);
            left = cost;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        check("recrd", Some("record"));
        check("reocrd", Some("record"));
        check("Record", Some("record"));
        check("records", Some("record"));
        check("proxy-protocol", Some("proxy_protocol"));
        check("bnd", Some("bind"));
    }

    #[test]
    fn a_different_word_is_not() {
        check("colour", None);
        check("xyz", None);
        check("", None);
        check(&"record".repeat(100), None);
    }

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        assert_eq!(nearest(written, ["bind", "record", "proxy_protocol"]), expected);
    }
}
