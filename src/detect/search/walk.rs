//! One candidate on its way through its shape, as far as the text goes.

use super::automaton::State;
use super::set::Detector;

/// One candidate on its way through its shape.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) detector: u16,
    pub(super) start: u64,
    pub(super) at: u64,
    pub(super) state: State,
    pub(super) is_done: bool,
    /// Where it could end.
    pub(super) ends: Vec<u64>,
}

impl Walk {
    /// Walks on through the text, which begins at `base`; `last` says that nothing follows it.
    pub(super) fn go(&mut self, detector: &Detector, text: &[u8], base: u64, last: bool) {
        let place = usize::try_from(self.at - base).unwrap_or(usize::MAX);
        for &byte in text.get(place..).unwrap_or_default() {
            let step = detector.shape.step(self.state, byte);
            if step.ended {
                self.ends.push(self.at);
            }
            if step.dead {
                self.is_done = true;
                return;
            }
            self.state = step.state;
            self.at += 1;
        }
        if last {
            if detector.shape.ends(self.state) {
                self.ends.push(self.at);
            }
            self.is_done = true;
        } else {
            self.is_done = !detector.shape.is_alive(self.state);
        }
    }
}
