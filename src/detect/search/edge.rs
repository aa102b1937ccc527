//! Does a candidate stand alone, or is it a part of something longer?

use crate::detect::kind::Edges;

/// Whether nothing before `start` makes the candidate a part of something longer.
pub(super) fn free_before(edges: Edges, text: &[u8], start: usize) -> bool {
    let back = |steps: usize| start.checked_sub(steps).and_then(|at| text.get(at)).copied();
    match (edges, back(1)) {
        (Edges::Open, _) | (_, None) => true,
        (_, Some(next)) if next.is_ascii_alphanumeric() => false,
        // The number of a character: `&#160;`.
        (_, Some(b'#')) if back(2) == Some(b'&') => false,
        (Edges::Word, _) => true,
        (Edges::Number, Some(b'.' | b'-')) | (Edges::Dotted, Some(b'.')) => {
            !back(2).is_some_and(|second| second.is_ascii_digit())
        }
        _ => true,
    }
}

/// Whether nothing behind `end` makes the candidate a part of something longer; `None` where
/// that depends on bytes that have not come.
pub(super) fn free_behind(edges: Edges, text: &[u8], end: usize, last: bool) -> Option<bool> {
    if edges == Edges::Open {
        return Some(true);
    }
    let Some(next) = text.get(end) else { return last.then_some(true) };
    if next.is_ascii_alphanumeric() {
        return Some(false);
    }
    match (edges, next) {
        (Edges::Number, b'.' | b'-') | (Edges::Dotted, b'.') => match text.get(end + 1) {
            Some(second) => Some(!second.is_ascii_digit()),
            None => last.then_some(true),
        },
        _ => Some(true),
    }
}
