//! Durations and sizes within their ranges.

use crate::config::file::value::{Placed, Size, Time};
use crate::config::quantity::{read_size, read_time};
use crate::config::report::Reports;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Puts the duration that was typed, if one was, where its default stands.
pub(super) fn time(
    typed: Option<&Placed<Time>>,
    range: RangeInclusive<&str>,
    into: &mut Duration,
    reports: &mut Reports,
) {
    let Some(Placed { at, value: Time(text) }) = typed else { return };
    match read_time(text) {
        None => reports.value(at, Time::expected()),
        Some(time)
            if Some(time) < read_time(range.start()) || Some(time) > read_time(range.end()) =>
        {
            reports.value(at, format!("a duration from {} to {}", range.start(), range.end()));
        }
        Some(time) => *into = time,
    }
}

/// The same of a duration that may be `0s`, which stands for never.
pub(super) fn time_or_never(
    typed: Option<&Placed<Time>>,
    range: RangeInclusive<&str>,
    into: &mut Option<Duration>,
    reports: &mut Reports,
) {
    let Some(Placed { at, value: Time(text) }) = typed else { return };
    match read_time(text) {
        None => reports.value(at, Time::expected()),
        Some(Duration::ZERO) => *into = None,
        Some(time)
            if Some(time) < read_time(range.start()) || Some(time) > read_time(range.end()) =>
        {
            let (start, end) = (range.start(), range.end());
            reports.value(at, format!("0s for never, or a duration from {start} to {end}"));
        }
        Some(time) => *into = Some(time),
    }
}

/// The size that was typed, if one was and it lies within the range.
pub(super) fn size(
    typed: Option<&Placed<Size>>,
    range: RangeInclusive<&str>,
    reports: &mut Reports,
) -> Option<u64> {
    let Placed { at, value } = typed?;
    let bytes = match value {
        Size::Number(number) => u64::try_from(*number).ok(),
        Size::Text(text) => read_size(text),
    };
    match bytes {
        None => reports.value(at, Size::expected()),
        Some(size)
            if Some(size) < read_size(range.start()) || Some(size) > read_size(range.end()) =>
        {
            reports.value(at, format!("a size from {} to {}", range.start(), range.end()));
        }
        Some(size) => return Some(size),
    }
    None
}
