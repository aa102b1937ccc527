//! Durations and sizes: text to number, and number to text.

use std::time::Duration;

/// Reads `500ms`, `10s`, `2m`, `24h` or `7d`. `None` for anything else.
pub fn read_time(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let (_, milliseconds) = TIMES.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// The shortest text that [`read_time`] reads as this duration.
pub(super) fn written_time(duration: Duration) -> String {
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let whole = |(_, length): &&(&str, u64)| milliseconds.is_multiple_of(*length);
    match TIMES.iter().rfind(whole) {
        Some((unit, length)) if milliseconds > 0 => format!("{}{unit}", milliseconds / length),
        _ => "0s".into(),
    }
}

/// Reads `64KiB`, `1MiB`, `2GiB` or bare bytes. `None` for anything else.
pub(super) fn read_size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let (_, bytes) = SIZES.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*bytes)
}

/// The shortest text that [`read_size`] reads as this size.
pub(super) fn written_size(bytes: u64) -> String {
    let whole = |(_, length): &&(&str, u64)| bytes > 0 && bytes.is_multiple_of(*length);
    let (unit, length) = SIZES.iter().rfind(whole).unwrap_or(&("", 1));
    format!("{}{unit}", bytes / length)
}

/// Units of time in milliseconds, shortest first.
const TIMES: [(&str, u64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Units of size in bytes, smallest first.
const SIZES: [(&str, u64); 4] = [("", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let seconds = Duration::from_secs;
        for (text, expected) in [
            ("500ms", Some(Duration::from_millis(500))),
            ("0s", Some(seconds(0))),
            ("10s", Some(seconds(10))),
            ("2m", Some(seconds(120))),
            ("24h", Some(seconds(86_400))),
            ("7d", Some(seconds(604_800))),
            ("10", None),
            ("s", None),
            ("", None),
            ("1.5s", None),
            ("-1s", None),
            ("10 s", None),
            ("10S", None),
            ("99999999999999999999s", None),
            ("18446744073709551615d", None),
        ] {
            assert_eq!(read_time(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes_are_read() {
        for (text, expected) in [
            ("0", Some(0)),
            ("65536", Some(65_536)),
            ("64KiB", Some(65_536)),
            ("1MiB", Some(1 << 20)),
            ("2GiB", Some(2 << 30)),
            ("64KB", None),
            ("64 KiB", None),
            ("KiB", None),
            ("18446744073709551615GiB", None),
        ] {
            assert_eq!(read_size(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["0s", "500ms", "1s", "90s", "5m", "36h", "7d"] {
            assert_eq!(written_time(read_time(text).expect(text)), text);
        }
        for text in ["0", "1000", "32KiB", "64MiB", "1GiB"] {
            assert_eq!(written_size(read_size(text).expect(text)), text);
        }
    }
}
