//! What is in force.

use crate::config::effective;
use crate::policy::UnknownProperty;
use crate::policy::property::UNKNOWN_ID;
use crate::proxy::Plan;
use serde_json::Value;

/// The configuration in force, without the properties.
pub(super) fn config(plan: &Plan) -> Value {
    effective::settings(&plan.settings)
}

/// What holds for the property of this id, or for `(unknown)` ones.
pub(super) fn property(plan: &Plan, id: &str) -> Option<Value> {
    let book = &plan.settings.book;
    let property = match (book.by_id(id), book.unknown()) {
        (Some(property), _) => property,
        (None, UnknownProperty::Serve(property)) if id == UNKNOWN_ID => property,
        (None, _) => return None,
    };
    Some(effective::property(&plan.settings, property))
}
