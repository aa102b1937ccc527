// The five properties.

const PROPERTIES = [
  { name: "open", mode: "full", meaning: "The address, as it is: this property’s owner has a legal basis for recording it. The message goes on as it was written." },
  { name: "shop", mode: "truncate", meaning: "Only the network it lies in: enough to tell the country, not the household. In the message, personal data is replaced by its name." },
  { name: "blog", mode: "pseudonym", meaning: "A stand-in from a range that no visitor has, steady enough for bans and rate limits. Name, e-mail and telephone get stand-ins too, and a card keeps its last digits." },
  { name: "clinic", mode: "off", meaning: "No address at all: nobody may know. What is personal in the message goes without a trace, the name too." },
  { name: "court", mode: "sealed", meaning: "A stand-in, and the true address encrypted beside it: only the key holder can open it. Personal data in the message becomes a keyed hash." },
];

const TIME_LIMIT_MS = 15_000;

// Fields whose line is shown on a ticket's face; the rest is in its fold.
const ADDRESS_FIELDS = new Set([
  "x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip",
  "x_forwarded_for", "client-ip", "x-client-ip", "x-sealed-address",
]);

