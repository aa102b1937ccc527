//! How does the secret of the running period survive a restart?
//!
//! As a small text file. Reading and writing it, with mode 0600, and destroying it when the
//! period ends is the shell's work.
//!
//! ```text
//! cloakroom-period-secret v1
//! period <number> <seconds>
//! secret <64 hexadecimal digits>
//! ```

use super::period::{Period, PeriodSecret};
use data_encoding::HEXLOWER;
use std::fmt;
use zeroize::Zeroizing;

/// The file for this period and its secret.
pub fn encode(period: Period, secret: &PeriodSecret) -> Zeroizing<String> {
    // All at once: growing would leave copies of the secret behind.
    let mut file = Zeroizing::new(String::with_capacity(LONGEST));
    file.push_str(HEADER);
    file.push_str(&format!("\nperiod {} {}\nsecret ", period.number, period.seconds));
    HEXLOWER.encode_append(secret.bytes(), &mut file);
    file.push('\n');
    file
}

/// The period and the secret in a file, which must be exactly as [`encode`] writes it: what
/// was damaged or written by somebody else starts a new secret, not a guess.
pub fn decode(file: &[u8]) -> Result<(Period, PeriodSecret), BadPeriodFile> {
    let rest = file.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
    let rest = rest.ok_or(BadPeriodFile::Header)?;
    let (period, rest) = line(rest, "period ").ok_or(BadPeriodFile::Period)?;
    let period = read_period(period).ok_or(BadPeriodFile::Period)?;
    let (digits, rest) = line(rest, "secret ").ok_or(BadPeriodFile::Secret)?;
    let secret = Zeroizing::new(HEXLOWER.decode(digits).map_err(|_| BadPeriodFile::Secret)?);
    let secret = Zeroizing::new(secret[..].try_into().map_err(|_| BadPeriodFile::Secret)?);
    if !rest.is_empty() {
        return Err(BadPeriodFile::Trailing);
    }
    Ok((period, PeriodSecret::new(*secret)))
}

/// Why a file is refused. It says where, never what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPeriodFile {
    /// Line 1 is not the name and version of this format.
    Header,
    /// Line 2 is not `period <number> <seconds>`.
    Period,
    /// Line 3 is not `secret <64 hexadecimal digits>`.
    Secret,
    /// Something follows line 3.
    Trailing,
}

impl fmt::Display for BadPeriodFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => write!(f, "line 1: expected {HEADER}"),
            Self::Period => f.write_str("line 2: expected period <number> <seconds>"),
            Self::Secret => f.write_str("line 3: expected secret <64 hexadecimal digits>"),
            Self::Trailing => f.write_str("line 4: expected the end of the file"),
        }
    }
}

impl std::error::Error for BadPeriodFile {}

/// What follows `name` on the first line of `text`, and the lines after it.
fn line<'t>(text: &'t [u8], name: &str) -> Option<(&'t [u8], &'t [u8])> {
    let text = text.strip_prefix(name.as_bytes())?;
    let end = memchr::memchr(b'\n', text)?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

fn read_period(text: &[u8]) -> Option<Period> {
    let text = str::from_utf8(text).ok()?;
    let (number, seconds) = text.split_once(' ')?;
    let period = Period { number: number.parse().ok()?, seconds: seconds.parse().ok()? };
    // `parse` also takes a plus sign and leading zeros, which nobody writes here.
    let canonical = format!("{} {}", period.number, period.seconds) == text;
    (canonical && period.seconds > 0).then_some(period)
}

const HEADER: &str = "cloakroom-period-secret v1";

/// Header (26) and newline, `period`, two numbers of 20 digits, spaces and newline (49),
/// `secret`, space, 64 digits and newline (72).
const LONGEST: usize = 26 + 1 + 49 + 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for (number, seconds) in [(0, 1), (19_675, 86_400), (u64::MAX, u64::MAX)] {
            let (period, secret) = (Period { number, seconds }, PeriodSecret::new([0xa5; 32]));
            let file = encode(period, &secret);
            assert!(file.len() <= LONGEST, "{number} {seconds}");
            assert_eq!(decode(file.as_bytes()), Ok((period, secret)));
        }
    }

    #[test]
    fn the_file_is_as_documented() {
        let period = Period { number: 19_675, seconds: 86_400 };
        let file = encode(period, &PeriodSecret::new([0xa5; 32]));
        assert_eq!(*file, good());
    }

    #[test]
    fn a_file_with_a_change_is_refused_with_its_line() {
        for (from, to, why) in [
            ("v1", "v2", BadPeriodFile::Header),
            ("cloakroom", "\u{feff}cloakroom", BadPeriodFile::Header),
            ("v1\n", "v1\r\n", BadPeriodFile::Header),
            ("\nperiod", "\nPeriod", BadPeriodFile::Period),
            ("19675", "", BadPeriodFile::Period),
            ("19675", "+19675", BadPeriodFile::Period),
            ("19675", "019675", BadPeriodFile::Period),
            ("19675", "18446744073709551616", BadPeriodFile::Period),
            ("86400", "0", BadPeriodFile::Period),
            ("86400", "86400 ", BadPeriodFile::Period),
            ("86400\n", "86400", BadPeriodFile::Period),
            ("\nsecret", "\n", BadPeriodFile::Secret),
            ("a5a5", "A5A5", BadPeriodFile::Secret),
            ("a5a5", "a5a", BadPeriodFile::Secret),
            ("a5a5", "a5", BadPeriodFile::Secret),
            ("a5a5", "a5a5a5", BadPeriodFile::Secret),
            ("a5\n", "a5", BadPeriodFile::Secret),
            ("a5\n", "a5\n\n", BadPeriodFile::Trailing),
        ] {
            let changed = good().replacen(from, to, 1);
            assert_ne!(changed, good(), "{from:?} does not occur");
            assert_eq!(decode(changed.as_bytes()), Err(why), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn every_shorter_file_is_refused() {
        let file = good();
        for length in 0..file.len() {
            assert!(decode(&file.as_bytes()[..length]).is_err(), "{length} bytes");
        }
    }

    fn good() -> String {
        format!("cloakroom-period-secret v1\nperiod 19675 86400\nsecret {}\n", "a5".repeat(32))
    }
}
