//! Which rules hold, whose hand writes, and what happens to what cannot be read: from a
//! property of a configuration, or as it is typed.

use crate::command::options::options;
use crate::command::{Failure, load};
use crate::config::Entry;
use crate::detect::catalog::kinds;
use crate::format::content::Binary;
use crate::proxy::filter::hand;
use crate::redact::Options;
use crate::redact::spec::{Action, Spec, Wanted};
use crate::redact::{Hand, Rules};
use crate::server;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// What redaction goes by.
pub(super) struct Choice {
    pub(super) rules: Arc<Rules>,
    pub(super) hand: Hand,
    pub(super) options: Options,
}

/// An entry of a list of kinds; the first value is whether it takes out.
pub(super) fn kind(text: &str) -> Result<(bool, Entry), String> {
    let (goes, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let entry = Entry::read(name).map_err(|expected| format!("expected {expected}"))?;
    Ok((goes, entry))
}

impl Choice {
    /// What this property of this configuration chose, as the proxy would apply it to a body.
    pub(super) fn configured(
        config: &Path,
        property: &str,
        responses: bool,
        key_file: Option<&Path>,
    ) -> Result<Self, Failure> {
        let mut settings = load::settings(config)?;
        if let Some(file) = key_file {
            settings.hash_key = Some(file.to_owned());
        }
        let plan = server::rehearse(settings).map_err(|e| Failure::Config(e.to_string()))?;
        let plan = Arc::new(plan);
        let properties = plan.settings.book.properties();
        let property = properties
            .iter()
            .find(|known| *known.id == *property)
            .ok_or_else(|| Failure::Other(format!("no property \"{property}\" in this file")))?;
        let (whose, chosen) = match responses {
            false => ("requests", &property.policy.redact),
            true => ("responses", &property.policy.redact_responses),
        };
        // To hand on what nobody looked at would be taken for the opposite.
        let nothing = |why: &str| {
            Failure::Other(format!(
                "property \"{}\": {why}, so nothing would be taken out",
                property.id
            ))
        };
        let Some(set) = chosen else {
            return Err(nothing(&format!("no redaction is named for its {whose}")));
        };
        if !responses && !set.parts.body {
            return Err(nothing(&format!("redaction \"{}\" does not look at bodies", set.name)));
        }
        if set.observe {
            warn(&format!("redaction \"{}\" only observes: the output is the input", set.name));
        }
        if set.rules.is_keyed() && plan.settings.hash_key.is_none() {
            warn(RANDOM_KEY);
        }
        Ok(Self {
            rules: Arc::clone(&set.rules),
            hand: hand(&plan, property, NO_DICE),
            options: options(set, plan.settings.limits.json_depth),
        })
    }

    /// These kinds, all treated alike; without any, those that hold by default.
    pub(super) fn typed(
        list: &[(bool, Entry)],
        action: Action,
        context_optional: bool,
        binary: Binary,
        key_file: Option<&Path>,
    ) -> Result<Self, Failure> {
        let come = |entry: &&(bool, Entry)| !entry.0;
        let by_default = [(false, Entry::Default)];
        let base = if list.iter().any(|entry| come(&entry)) { &[][..] } else { &by_default };
        let entries = || base.iter().chain(list);
        let wanted: Vec<Wanted> = kinds()
            .filter(|kind| entries().filter(come).any(|(_, entry)| entry.covers(kind)))
            .filter(|kind| !entries().any(|(goes, entry)| *goes && entry.covers(kind)))
            .map(|kind| Wanted { kind, action, context_optional })
            .collect();
        if wanted.is_empty() {
            return Err(Failure::Usage("--kinds takes out all that it names".to_owned()));
        }
        let spec = Spec { kinds: wanted, ..Spec::default() };
        let rules = Rules::compile(&spec).map_err(|faults| {
            let faults: Vec<_> = faults.into_iter().map(|fault| fault.problem).collect();
            Failure::Usage(format!("--kinds: expected {}", faults.join("; ")))
        })?;
        let key = match key_file {
            Some(file) => server::hash_key(file).map_err(|e| Failure::Other(e.to_string()))?,
            None => server::random_key().map_err(|e| Failure::Other(e.to_string()))?,
        };
        if rules.is_keyed() && key_file.is_none() {
            warn(RANDOM_KEY);
        }
        Ok(Self {
            rules: Arc::new(rules),
            hand: Hand::new(key, NOBODY.into()),
            options: Options { binary, ..Options::default() },
        })
    }
}

/// Nothing here is a connection with random bits of its own.
const NO_DICE: u128 = 0;

/// The property in hashes where there is none.
const NOBODY: &str = "";

const RANDOM_KEY: &str = "hashes and stand-ins are made with a random key that is not kept: \
     the next run makes others";

fn warn(text: &str) {
    // Where nobody reads it, the output goes on all the same.
    writeln!(std::io::stderr(), "{text}").ok();
}
