//! How much was found in an exchange? Counts for its line in the log, which do not say what it was,
//! and for the metrics of the whole, which do not say where.

use crate::proxy::meters::findings::{Finding, Findings};
use crate::redact::Rules;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much was found in the parts of one exchange, whichever task looks at them.
#[derive(Debug, Default)]
pub struct Finds {
    taken_out: AtomicU64,
    only_seen: AtomicU64,
    metrics: Findings,
}

impl Finds {
    /// Of an exchange whose finds are counted among all that there are, too.
    pub fn among(metrics: &Findings) -> Self {
        Self { metrics: metrics.clone(), ..Self::default() }
    }

    /// So many more were found by each of these rules in a payload of this format, and taken out
    /// unless they are only `observed`.
    pub(super) fn add(
        &self,
        rules: &Rules,
        counts: impl Iterator<Item = u64>,
        format: &'static str,
        observed: bool,
    ) {
        let total = if observed { &self.only_seen } else { &self.taken_out };
        for ((kind, action), count) in rules.names().zip(rules.actions()).zip(counts) {
            if count > 0 {
                total.fetch_add(count, Ordering::Relaxed);
                let action = if observed { "observe" } else { action.name() };
                let kind = Arc::clone(kind);
                self.metrics.get_or_create_owned(&Finding { kind, format, action }).inc_by(count);
            }
        }
    }

    /// How many were taken out; `None` where it was none.
    pub fn taken_out(&self) -> Option<u64> {
        Some(self.taken_out.load(Ordering::Relaxed)).filter(|&count| count > 0)
    }

    /// How many were seen and left there, since the set only observes; `None` where it was none.
    pub fn only_seen(&self) -> Option<u64> {
        Some(self.only_seen.load(Ordering::Relaxed)).filter(|&count| count > 0)
    }
}
