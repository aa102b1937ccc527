//! One direction without sockets: a frame is read, its text goes through the rules, and is
//! written anew.

use crate::visitors::message;
use cloakroom::detect::catalog::{DEFAULT, kind};
use cloakroom::redact::hand::{Hand, HashKey};
use cloakroom::redact::spec::{Action, Spec, Wanted};
use cloakroom::redact::{Options, Redactor, Rules};
use cloakroom::websocket::{Deflate, Event, Inflate, Kind, Limits, Reader, Writer};
use criterion::{Criterion, Throughput};
use std::hint::black_box;
use std::sync::Arc;

const MASK: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

pub(crate) fn one_way(c: &mut Criterion) {
    let wanted = |kind| Wanted { kind, action: Action::Label, context_optional: false };
    let kinds = DEFAULT.iter().filter_map(|name| kind(name));
    let spec = Spec { kinds: kinds.map(wanted).collect(), ..Spec::default() };
    let rules = Arc::new(Rules::compile(&spec).expect("rules"));
    let mut group = c.benchmark_group("one way");
    group.throughput(Throughput::Elements(1));
    for (name, deflates, rules, rests) in [
        ("read and write", false, None, false),
        ("default rules", false, Some(&rules), false),
        ("default rules, with rests", false, Some(&rules), true),
        ("inflated, read and write", true, None, false),
        ("inflated, default rules", true, Some(&rules), false),
        ("inflated, default rules, with rests", true, Some(&rules), true),
    ] {
        let frames: Vec<_> = (0..100).map(|number| frame(number, deflates)).collect();
        let mut way = Way::new(deflates, rules, rests);
        let mut next = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                next += 1;
                way.take(black_box(&frames[next % frames.len()]));
            });
        });
    }
    group.finish();
}

/// A visitor's direction, as the proxy has it.
struct Way<'a> {
    reader: Reader,
    writer: Writer,
    rules: Option<(&'a Arc<Rules>, Hand)>,
    redactor: Option<Redactor>,
    /// Whether messages come one by one, and what the next one needs is made anew.
    rests: bool,
    sip: Vec<u8>,
    text: Vec<u8>,
    out: Vec<u8>,
}

impl<'a> Way<'a> {
    fn new(inflates: bool, rules: Option<&'a Arc<Rules>>, rests: bool) -> Self {
        let limits = Limits { frame: 16 << 20, message: 16 << 20, fragments: 1 << 16 };
        let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "bench".into());
        Self {
            reader: Reader::new(true, inflates.then(|| Inflate::new(false)), limits),
            writer: Writer::new(None),
            rules: rules.map(|rules| (rules, hand)),
            redactor: None,
            rests,
            sip: Vec::new(),
            text: Vec::new(),
            out: Vec::new(),
        }
    }

    fn take(&mut self, frame: &[u8]) {
        // The reader unmasks in place.
        self.sip.clear();
        self.sip.extend_from_slice(frame);
        self.out.clear();
        let mut bytes = self.sip.as_mut_slice();
        while let Some(event) = self.reader.next(&mut bytes).expect("a good frame") {
            match event {
                Event::Begin(kind) => {
                    self.writer.begin(kind);
                    match &mut self.redactor {
                        Some(redactor) => redactor.next_message(),
                        None => {
                            self.redactor = self.rules.as_ref().map(|(rules, hand)| {
                                Redactor::of_message(rules, hand.clone(), Options::default())
                            });
                        }
                    }
                }
                Event::Piece(piece) => match &mut self.redactor {
                    None => self.text.extend_from_slice(piece),
                    Some(redactor) => {
                        redactor.push(piece, &mut self.text).expect("nothing to block");
                    }
                },
                Event::End => {
                    if let Some(redactor) = &mut self.redactor {
                        redactor.finish(&mut self.text).expect("nothing to block");
                    }
                    self.writer.frame(&self.text, true, MASK, &mut self.out);
                    self.text.clear();
                }
                _ => unreachable!("one frame a message"),
            }
        }
        if self.rests {
            self.reader.rest();
            self.redactor = None;
        }
        black_box(self.out.len());
    }
}

fn frame(number: usize, deflates: bool) -> Vec<u8> {
    let mut writer = Writer::new(deflates.then(|| Deflate::new(15, true)));
    let mut out = Vec::new();
    writer.begin(Kind::Text);
    writer.frame(message(number).as_bytes(), true, MASK, &mut out);
    out
}
