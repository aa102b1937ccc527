//! How far is it? One line on standard error that writes over itself.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How much of a file has been read, for a person who waits.
pub(super) struct Progress(Option<Shown>);

struct Shown {
    size: u64,
    done: u64,
    began: Instant,
    last: Instant,
}

/// Time between two lines: as often as a person can read.
const PAUSE: Duration = Duration::from_millis(200);

impl Progress {
    /// Of a file of this many bytes.
    pub(super) fn of(size: u64) -> Self {
        let now = Instant::now();
        Self(Some(Shown { size, done: 0, began: now, last: now }))
    }

    /// Of something that nobody watches.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// So many bytes more.
    pub(super) fn add(&mut self, bytes: usize) {
        let Some(shown) = &mut self.0 else { return };
        shown.done += bytes as u64;
        if shown.last.elapsed() >= PAUSE {
            shown.last = Instant::now();
            show(&format!("\r{}\x1b[K", line(shown.done, shown.size, shown.began.elapsed())));
        }
    }

    /// It is over: what is said next has the line to itself.
    pub(super) fn clear(&mut self) {
        if self.0.take().is_some() {
            show("\r\x1b[K");
        }
    }
}

/// Whether anybody sees it decides nothing.
fn show(text: &str) {
    let mut out = io::stderr().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}

/// ` 42 %  ████████            430 of 1,024 MiB, 310 MiB/s`
fn line(done: u64, size: u64, elapsed: Duration) -> String {
    // A file may grow while it is read.
    let done = done.min(size);
    let share = u128::from(done) * 100 / u128::from(size.max(1));
    let full = usize::try_from(share / 5).unwrap_or(20);
    let rate = u128::from(done) * 1000 / elapsed.as_millis().max(1) / MIB;
    format!(
        "{share:>3} %  {}{}  {} of {} MiB, {rate} MiB/s",
        "█".repeat(full),
        "░".repeat(20 - full.min(20)),
        u128::from(done) / MIB,
        u128::from(size).div_ceil(MIB),
    )
}

const MIB: u128 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let second = Duration::from_secs(1);
        for (done, size, expected) in [
            (0, 100 << 20, "  0 %  ░░░░░░░░░░░░░░░░░░░░  0 of 100 MiB, 0 MiB/s"),
            (50 << 20, 100 << 20, " 50 %  ██████████░░░░░░░░░░  50 of 100 MiB, 50 MiB/s"),
            (101 << 20, 100 << 20, "100 %  ████████████████████  100 of 100 MiB, 100 MiB/s"),
            (1, 1, "100 %  ████████████████████  0 of 1 MiB, 0 MiB/s"),
        ] {
            assert_eq!(line(done, size, second), expected);
        }
    }
}
