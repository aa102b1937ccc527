//! A visitor at a property's door, and at each message: may it come in, does it come too often?

use crate::address::Client;
use crate::policy::Property;
use crate::proxy::bans::Handle;
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
        if self.is_banned(plan) {
            return Err(Refusal::Banned);
        }
        plan.rates.of_property(property, self.client)
    }

    /// Whether it may not reach its property.
    pub fn is_banned(&self, plan: &Plan) -> bool {
        plan.bans.is_banned(&self.property, self.client, self.handle)
    }
}
