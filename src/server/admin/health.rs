//! May visitors be sent here?

use super::reply::{Reply, json};
use crate::server::clock;
use crate::server::inside::Inside;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long an upstream may take to accept a connection: probes wait for seconds, not longer.
const PROBE: Duration = Duration::from_secs(1);

/// 200 where visitors may be sent here, 503 where not: it drains, an upstream accepts no connection,
/// or a certificate is over. That the configuration could not be read anew is told, and does not
/// count: the old one is in force, and serves.
pub(super) async fn ready(inside: &Inside) -> Reply {
    let plan = inside.plan.load_full();
    let mut upstreams = serde_json::Map::new();
    let mut is_ready = !inside.is_draining();
    // All at once: one that does not answer costs a second.
    let probes: Vec<_> = plan
        .pools
        .iter()
        .map(|pool| {
            let pool = Arc::clone(pool);
            tokio::spawn(async move { pool.is_reachable(PROBE).await })
        })
        .collect();
    for (pool, probe) in plan.pools.iter().zip(probes) {
        let reachable = probe.await.unwrap_or(false);
        is_ready &= reachable;
        upstreams.insert(pool.name.to_string(), Value::Bool(reachable));
    }
    let now = i64::try_from(clock::since_epoch().as_secs()).unwrap_or(i64::MAX);
    let expiries = inside.expiries();
    let over = expiries.iter().filter(|(_, expiry)| expiry.at <= now);
    let over: Vec<&str> = over.map(|(_, expiry)| &*expiry.file).collect();
    is_ready &= over.is_empty();
    let told = json!({
        "ready": is_ready,
        "draining": inside.is_draining(),
        "upstreams": upstreams,
        "certificates_expired": over,
        "config_current": !inside.is_stale(),
    });
    json(if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &told)
}
