//! A visitor at a property's door: may it come in, does it come too often, may it stay?

use crate::address::Client;
use crate::policy::Property;
use crate::proxy::bans::{Bans, Handle};
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use std::sync::Arc;

/// A visitor of a property, as we know it and as the backend does.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The property's id.
    pub property: Arc<str>,
    /// Who it is.
    pub client: Client,
    /// By what the backend knows it.
    pub handle: Option<Handle>,
}

impl Guest {
    /// It asks for something of its property, which counts.
    ///
    /// # Errors
    /// [`Refusal::Banned`], [`Refusal::RateLimited`]
    pub fn admit(&self, plan: &Plan, property: &Property) -> Result<(), Refusal> {
        if plan.bans.is_banned(&self.property, self.client, self.handle) {
            return Err(Refusal::Banned);
        }
        plan.rates.of_property(property, self.client)
    }

    /// Waits until it may not reach its property any more.
    pub async fn banned(self, bans: Arc<Bans>) {
        let mut made = bans.made();
        while !bans.is_banned(&self.property, self.client, self.handle) {
            if made.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}
