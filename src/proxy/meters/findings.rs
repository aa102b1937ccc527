//! What was found, in what, and what became of it.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use std::sync::Arc;

/// Finds of personal data, those that are alike together. Clones count together.
pub type Findings = Family<Finding, Counter>;

/// What finds have in common that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Finding {
    /// The name of the kind, pattern or field: the operator's word, or ours.
    pub kind: Arc<str>,
    /// What it stood in: `json`, `form`, `text`, `url` and the like.
    pub format: &'static str,
    /// What was done with it; `observe` where it was only counted.
    pub action: &'static str,
}
