//! Who may not reach which property, for a time: agents say it with the address that the backend
//! saw.

use super::reply::{Reply, json, text};
use crate::config::read_time;
use crate::proxy::Plan;
use crate::proxy::bans::{Banned, Order};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    property: String,
    handle: String,
    /// As in the configuration: `24h`.
    #[serde(rename = "for")]
    lasts: Option<String>,
    #[serde(default)]
    network: bool,
}

/// The longest order: a property's id, an address and a duration.
pub(super) const LONGEST: usize = 4 << 10;

const FORM: &str = "expected {\"property\": ID, \"handle\": ADDRESS, \"for\": \"24h\"}, and perhaps \
                    \"network\": true\n";

/// All bans, without anybody's own address.
pub(super) fn list(plan: &Plan) -> Reply {
    let all: Vec<_> = plan.bans.list().iter().map(told).collect();
    json(StatusCode::OK, &all.into())
}

/// A new ban, or one that lasts longer.
pub(super) fn make(plan: &Plan, body: &Bytes) -> Reply {
    let wanted = serde_json::from_slice::<Wanted>(body).ok();
    let Some((wanted, lasts)) = wanted.and_then(|wanted| {
        let lasts = read_time(wanted.lasts.as_deref()?)?;
        Some((wanted, lasts))
    }) else {
        return text(StatusCode::BAD_REQUEST, FORM);
    };
    let Wanted { property, handle, network, .. } = &wanted;
    match plan.ban(&Order { property, handle, network: *network, lasts }) {
        Ok(banned) => json(StatusCode::CREATED, &told(&banned)),
        Err(why) => {
            let why = json!({ "code": why.name(), "why": why.to_string() });
            json(StatusCode::UNPROCESSABLE_ENTITY, &why)
        }
    }
}

/// A ban that is lifted.
pub(super) fn lift(plan: &Plan, body: &Bytes) -> Reply {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(body) else {
        return text(StatusCode::BAD_REQUEST, FORM);
    };
    match plan.bans.lift(&wanted.property, &wanted.handle) {
        true => text(StatusCode::OK, "lifted\n"),
        false => text(StatusCode::NOT_FOUND, "there is no such ban\n"),
    }
}

fn told(banned: &Banned) -> Value {
    json!({
        "property": *banned.property,
        "handle": banned.handle.map(|handle| handle.address()),
        "seconds_left": banned.left.as_secs(),
        "visitors": banned.visitors,
    })
}
