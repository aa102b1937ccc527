//! The contacts of a help desk that takes only what looks like an e-mail address or a telephone
//! number, drops what does not without a word, and makes one of two contacts that share an
//! identifier, an address or a number.

use regex::Regex;
use serde_json::Value;
use std::sync::Mutex;

/// All contacts of one account.
#[derive(Debug, Default)]
pub(crate) struct Contacts(Mutex<Vec<Entry>>);

/// Somebody whom the desk knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    /// What the website calls it.
    pub(crate) identifier: Option<String>,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    /// The address from which it came first.
    pub(crate) created_at_ip: String,
}

#[derive(Debug)]
enum Entry {
    Kept(Contact),
    /// It was the same as another one.
    MergedInto(usize),
}

impl Contacts {
    /// Somebody new from this address; returns its number.
    pub(crate) fn create(&self, created_at_ip: &str) -> usize {
        let mut entries = self.0.lock().expect("contacts");
        let created_at_ip = created_at_ip.to_owned();
        entries.push(Entry::Kept(Contact { created_at_ip, ..Contact::default() }));
        entries.len() - 1
    }

    /// Takes what was said of a contact, or of somebody new; returns the number that it has now.
    pub(crate) fn identify(&self, who: Option<usize>, said: &Value) -> usize {
        let who = who.map_or_else(|| self.create(""), |who| self.now(who));
        let text = |key: &str| said[key].as_str().filter(|text| !text.is_empty());
        let valid = |key: &str, shape: &str| {
            let shape = Regex::new(shape).expect("a shape");
            text(key).filter(|text| shape.is_match(text)).map(str::to_owned)
        };
        let identifier = text("identifier").map(str::to_owned);
        let email = valid("email", r"\A[^@\s]+@[^@\s]+\z");
        let phone = valid("phone_number", r"\A\+[1-9]\d{1,14}\z");

        let mut entries = self.0.lock().expect("contacts");
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let known = entries.iter().enumerate().position(|(number, entry)| match entry {
            Entry::Kept(contact) if number != who => {
                same(&contact.identifier, &identifier)
                    || same(&contact.email, &email)
                    || same(&contact.phone, &phone)
            }
            _ => false,
        });
        if let Some(known) = known {
            entries[who] = Entry::MergedInto(known);
        }
        let number = known.unwrap_or(who);
        if let Entry::Kept(contact) = &mut entries[number] {
            contact.identifier = identifier.or(contact.identifier.take());
            contact.email = email.or(contact.email.take());
            contact.phone = phone.or(contact.phone.take());
            if let Some(name) = text("name") {
                name.clone_into(&mut contact.name);
            }
        }
        number
    }

    /// The number that this contact has since it was merged.
    pub(crate) fn now(&self, mut who: usize) -> usize {
        let entries = self.0.lock().expect("contacts");
        while let Entry::MergedInto(other) = entries[who] {
            who = other;
        }
        who
    }

    /// The contact with this number.
    pub(crate) fn get(&self, who: usize) -> Contact {
        match &self.0.lock().expect("contacts")[who] {
            Entry::Kept(contact) => contact.clone(),
            Entry::MergedInto(_) => panic!("{who} was merged"),
        }
    }

    /// All that are left.
    pub(crate) fn all(&self) -> Vec<Contact> {
        let entries = self.0.lock().expect("contacts");
        let kept = entries.iter().filter_map(|entry| match entry {
            Entry::Kept(contact) => Some(contact.clone()),
            Entry::MergedInto(_) => None,
        });
        kept.collect()
    }
}
