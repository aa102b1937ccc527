//! How long did something take? A histogram that many threads fill without a lock.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds. What a proxy adds is a few tens of them, an upstream
/// takes a thousand times that; in between each bound is two to two and a half times the last.
const BOUNDS: [u64; 17] = [
    25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 5_000_000, 30_000_000,
];

/// A histogram of durations, told in seconds. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Latency(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// How many were at most as long as the bound and longer than the one before; the last, longer
    /// than all.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Latency {
    /// It took this long once more.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|&bound| bound < micros);
        if let Some(count) = self.0.buckets.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl EncodeMetric for Latency {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let bounds = BOUNDS.iter().map(|&micros| Duration::from_micros(micros).as_secs_f64());
        let counts = self.0.buckets.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = Duration::from_nanos(self.0.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

impl TypedMetric for Latency {
    const TYPE: MetricType = MetricType::Histogram;
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    #[test]
    fn a_duration_is_in_the_first_bucket_that_holds_it_and_in_all_behind() {
        let latency = Latency::default();
        for micros in [0, 25, 26, 1_000, 31_000_000] {
            latency.observe(Duration::from_micros(micros));
        }
        latency.observe(Duration::from_nanos(25_001));
        let mut registry = Registry::default();
        registry.register("it", "It", latency);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "it_bucket{le=\"0.000025\"} 2\n",
            "it_bucket{le=\"0.00005\"} 4\n",
            "it_bucket{le=\"0.0005\"} 4\n",
            "it_bucket{le=\"0.001\"} 5\n",
            "it_bucket{le=\"30.0\"} 5\n",
            "it_bucket{le=\"+Inf\"} 6\n",
            "it_count 6\n",
            "it_sum 31.001076001\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
    }
}
