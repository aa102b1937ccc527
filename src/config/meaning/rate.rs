//! What `rate` and `ws_rate` mean.

use super::numbers::time;
use crate::config::file::rate as typed;
use crate::config::file::value::{Placed, Time};
use crate::config::report::Reports;
use crate::policy::Rate;
use crate::policy::rate::{PER, Pace, V6_BITS};

/// How often one visitor may ask; nothing where it may as often as it likes.
pub(super) fn rate(typed: &typed::Rate, reports: &mut Reports) -> Option<Rate> {
    let typed::Rate { requests, per, burst, v6 } = typed;
    let pace = pace(requests, per.as_ref(), burst.as_ref(), reports)?;
    Some(Rate { pace, v6: v6.as_ref().map_or(V6_BITS, |bits| bits.value) })
}

/// How often a visitor may say something on one WebSocket.
pub(super) fn ws_rate(typed: &typed::WsRate, reports: &mut Reports) -> Option<Pace> {
    let typed::WsRate { messages, per, burst } = typed;
    pace(messages, per.as_ref(), burst.as_ref(), reports)
}

fn pace(
    count: &Placed<u32>,
    typed_per: Option<&Placed<Time>>,
    burst: Option<&Placed<u32>>,
    reports: &mut Reports,
) -> Option<Pace> {
    let mut per = PER;
    time(typed_per, "1s"..="24h", &mut per, reports);
    let burst = burst.map_or(count.value, |burst| burst.value);
    (count.value > 0).then(|| Pace::new(count.value, per, burst))
}
