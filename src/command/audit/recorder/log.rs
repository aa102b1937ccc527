//! What was received so far, and what is on its way.

use crate::command::audit::received::{Place, Received};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Everything that has been received since it was last taken.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    received: Vec<Received>,
    /// Requests and messages of which the end has not come.
    under_way: usize,
    /// Octets that are kept.
    octets: usize,
}

/// Octets that are kept at one time: far more than a probe sends. What comes beyond is a
/// proxy that repeats itself, and adds nothing.
const CAPACITY: usize = 16 << 20;

/// Longest body after its coding is undone.
const LONGEST_BODY: u64 = 4 << 20;

/// Who sent something.
#[derive(Clone, Copy)]
pub(super) struct Sender {
    /// Who connected.
    pub(super) peer: IpAddr,
    /// Whom a PROXY header announced.
    pub(super) announced: Option<IpAddr>,
}

impl Log {
    /// Something begins to come. It is kept, as far as it came, when the draft is dropped.
    pub(super) fn begin(&self, sender: Sender) -> Draft {
        self.kept().under_way += 1;
        let Sender { peer, announced } = sender;
        let received = Received { peer: Some(peer), announced, parts: Vec::new() };
        Draft { log: self.clone(), received, body: Vec::new(), is_gzip: false, place: Place::Body }
    }

    /// What came since the last call.
    pub(super) fn take(&self) -> Vec<Received> {
        let mut kept = self.kept();
        kept.octets = 0;
        std::mem::take(&mut kept.received)
    }

    /// Whether nothing is on its way.
    pub(super) fn is_quiet(&self) -> bool {
        self.kept().under_way == 0
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request or message that is being received.
pub(super) struct Draft {
    log: Log,
    received: Received,
    body: Vec<u8>,
    is_gzip: bool,
    place: Place,
}

impl Draft {
    /// Something that is there as a whole.
    pub(super) fn part(&mut self, place: Place, bytes: &[u8]) {
        self.received.parts.push((place, bytes.to_vec()));
    }

    /// The body that comes is coded with gzip.
    pub(super) fn is_gzip(&mut self) {
        self.is_gzip = true;
    }

    /// What comes is a message of a WebSocket.
    pub(super) fn is_message(&mut self) {
        self.place = Place::Message;
    }

    /// A piece of the body, or of the message.
    pub(super) fn piece(&mut self, bytes: &[u8]) {
        let room = CAPACITY.saturating_sub(self.body.len()).min(bytes.len());
        self.body.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let mut body = std::mem::take(&mut self.body);
        if self.is_gzip {
            let mut decoded = Vec::new();
            let mut decoder = MultiGzDecoder::new(body.as_slice()).take(LONGEST_BODY);
            // What is damaged is searched as far as it could be read, and as it came.
            if decoder.read_to_end(&mut decoded).is_ok() {
                body = decoded;
            } else {
                self.received.parts.push((self.place.clone(), decoded));
            }
        }
        if !body.is_empty() {
            self.received.parts.push((self.place.clone(), body));
        }
        let size = self.received.parts.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let mut kept = self.log.kept();
        kept.under_way = kept.under_way.saturating_sub(1);
        if kept.octets + size <= CAPACITY {
            kept.octets += size;
            kept.received.push(std::mem::take(&mut self.received));
        }
    }
}
