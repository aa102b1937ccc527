//! Whose rules hold in a conversation.

use crate::policy::rate::Pace;
use crate::policy::websocket::OnReload;
use crate::policy::{Property, UnknownProperty};
use crate::proxy::filter::Screens;
use crate::proxy::finds::Finds;
use crate::proxy::guest::Guest;
use crate::proxy::learn::Learn;
use crate::proxy::plan::Plan;
use crate::proxy::visit::Visit;
use crate::proxy::websocket::flow::Broken;
use crate::proxy::websocket::messages::Messages;
use crate::proxy::websocket::relay::Turns;
use std::sync::Arc;
use std::time::Instant;

/// Whose rules hold in a conversation: those that it began with, or, where the configuration
/// says so, those in force when a message begins.
#[derive(Debug)]
pub struct Chair {
    visit: Arc<Visit>,
    plan: Arc<Plan>,
    guest: Guest,
    screens: Screens,
    finds: Arc<Finds>,
    /// Whether the property is known, so that its backend's messages teach tokens.
    learns: bool,
    /// Which directions have not yet heard of new rules.
    renewed: Renewed,
    /// How often the visitor may say something.
    pace: Option<Pace>,
    began: Instant,
    /// When it may say as much as if it never had, in nanoseconds since the beginning.
    full: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Renewed {
    inward: bool,
    outward: bool,
}

impl Chair {
    /// The rules of this guest's property, as the exchange that opens the conversation has them,
    /// and whether its messages teach anything.
    pub fn new(
        visit: &Arc<Visit>,
        plan: &Arc<Plan>,
        guest: Guest,
        (screens, learn): (Screens, Option<Learn>),
        finds: &Arc<Finds>,
    ) -> Self {
        Self {
            visit: Arc::clone(visit),
            plan: Arc::clone(plan),
            pace: property(plan, &guest.property).and_then(|property| property.policy.ws_rate),
            guest,
            screens,
            finds: Arc::clone(finds),
            learns: learn.is_some(),
            renewed: Renewed::default(),
            began: Instant::now(),
            full: 0,
        }
    }

    /// The connection of the visitor.
    pub fn visit(&self) -> &Arc<Visit> {
        &self.visit
    }

    /// The visitor.
    pub fn guest(&self) -> &Guest {
        &self.guest
    }

    /// The plan whose rules hold.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What the visitor's messages pass through, and what the backend's.
    pub fn messages(&self) -> (Messages, Messages) {
        (self.of_visitor(), self.of_upstream())
    }

    fn of_visitor(&self) -> Messages {
        Messages::new(self.screens.request.clone(), None)
    }

    fn of_upstream(&self) -> Messages {
        let learn = self.learns.then(|| Learn::of(&self.plan, &self.guest.property)).flatten();
        Messages::new(self.screens.response.clone(), learn)
    }

    /// Moves to the plan in force, where it says that open sockets do.
    fn refresh(&mut self) -> Result<(), Broken> {
        let in_force = self.visit.plan.load();
        let moves = in_force.settings.websocket.reload == OnReload::Move;
        if in_force.generation == self.plan.generation || !moves {
            return Ok(());
        }
        let plan = Arc::clone(&in_force);
        let property = property(&plan, &self.guest.property).ok_or(Broken::Refused)?;
        self.screens = Screens::new(&plan, property, self.visit.dice, &self.finds);
        self.pace = property.policy.ws_rate;
        self.renewed = Renewed { inward: true, outward: true };
        self.plan = plan;
        Ok(())
    }

    /// The visitor says something, which counts.
    fn admit(&mut self) -> Result<(), Broken> {
        if let Some(pace) = self.pace {
            let now = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.full = pace.admit(self.full, now).map_err(|_| Broken::RateLimited)?;
        }
        Ok(())
    }
}

/// The property of this id under this plan, or the unknown one.
fn property<'a>(plan: &'a Plan, id: &str) -> Option<&'a Property> {
    let book = &plan.settings.book;
    match (book.by_id(id), book.unknown()) {
        (Some(property), _) | (None, UnknownProperty::Serve(property)) => Some(property),
        (None, UnknownProperty::Refuse) => None,
    }
}

impl Turns for Chair {
    fn inward(&mut self) -> Result<Option<Messages>, Broken> {
        self.refresh()?;
        self.admit()?;
        let renewed = std::mem::take(&mut self.renewed.inward);
        Ok(renewed.then(|| self.of_visitor()))
    }

    fn outward(&mut self) -> Result<Option<Messages>, Broken> {
        self.refresh()?;
        let renewed = std::mem::take(&mut self.renewed.outward);
        Ok(renewed.then(|| self.of_upstream()))
    }
}
