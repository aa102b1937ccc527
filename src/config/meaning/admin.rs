//! What `[admin]` means.

use crate::config::file::admin as typed;
use crate::config::file::value::{AdminBind, Placed};
use crate::config::report::Reports;
use crate::policy::Admin;
use crate::policy::admin::AdminAddress;
use std::path::Path;

/// Where operators ask how it goes; no two places are the same.
pub(super) fn admin(typed: &typed::Admin, base: &Path, reports: &mut Reports) -> Admin {
    let Some(Placed { at, value: list }) = &typed.bind else { return Admin::default() };
    if list.0.is_empty() {
        reports.value(at, format!("{}, or a list of them", AdminBind::expected()));
    }
    let mut bind = Vec::new();
    for Placed { at, value: AdminBind(text) } in &list.0 {
        let address = match text.strip_prefix("unix:") {
            Some("") => None,
            Some(path) => Some(AdminAddress::Unix(base.join(path))),
            None => text.parse().ok().map(AdminAddress::Tcp),
        };
        match address {
            None => reports.value(at, AdminBind::expected()),
            Some(address) if bind.contains(&address) && !asks_for_any(&address) => {
                reports.value(at, "a place that is not in the list already");
            }
            Some(address) => bind.push(address),
        }
    }
    Admin { bind }
}

/// Port 0 asks the system for any free port, so it may be asked for again.
fn asks_for_any(address: &AdminAddress) -> bool {
    matches!(address, AdminAddress::Tcp(address) if address.port() == 0)
}
