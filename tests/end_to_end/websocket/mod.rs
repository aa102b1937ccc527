//! WebSockets through the proxy: what a visitor says, what the backend hears, and the way back.

mod cuts;
mod ends;
mod handshake;
mod protocols;
mod refusals;
mod speech;
mod times;

use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::socket::{Chat, End, Guest, chat, guest};

/// Which protocol each leg speaks: HTTP/2, or HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Legs {
    visitor_http2: bool,
    backend_http2: bool,
}

/// Every pair of protocols.
const ALL: [Legs; 4] = [
    Legs { visitor_http2: false, backend_http2: false },
    Legs { visitor_http2: false, backend_http2: true },
    Legs { visitor_http2: true, backend_http2: false },
    Legs { visitor_http2: true, backend_http2: true },
];

impl Legs {
    fn guest(self) -> Guest {
        guest(self.visitor_http2)
    }

    async fn chat(self) -> Chat {
        chat(self.backend_http2).await
    }
}

/// A visitor and a backend who talk.
struct Talk {
    ann: End,
    shop: End,
    chat: Chat,
    door: Door,
}

impl Talk {
    /// Over these legs, through such a proxy.
    async fn open(legs: Legs, with: impl FnOnce(Builder) -> Builder) -> Self {
        Self::of(legs.guest(), legs, with).await
    }

    /// The same, where this guest asks.
    async fn of(guest: Guest, legs: Legs, with: impl FnOnce(Builder) -> Builder) -> Self {
        let mut chat = legs.chat().await;
        let door = with(cloakroom::towards(&chat.upstream())).start().await;
        let ann = guest.open(&door).await;
        let shop = chat.next().await;
        Self { ann, shop, chat, door }
    }
}

/// Everything that is personal is taken out of what visitors say.
fn redacting(door: Builder) -> Builder {
    door.redacting("")
}

/// What visitors say passes, and so does what the backend says, where nobody has a vehicle.
fn reading(door: Builder) -> Builder {
    door.shop("record = \"off\"\nredact = \"nothing\"\nredact_responses = \"nothing\"")
        .toml("[[redaction]]\nname = \"nothing\"\nkinds = [\"vin\"]")
}
