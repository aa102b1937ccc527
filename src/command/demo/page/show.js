// What is shown.

const element = (id) => document.getElementById(id);

function make(tag, kind, text) {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text) node.textContent = text;
  return node;
}

/** A text with the true address and its stand-ins marked. */
function marked(text, address, standIns) {
  const ranges = [
    ...occurrences(text, address).map((range) => [...range, "true"]),
    ...literals(text, standIns).map((range) => [...range, "given"]),
  ].sort((a, b) => a[0] - b[0]);
  const parts = [];
  let done = 0;
  for (const [start, end, kind] of ranges) {
    if (start < done) continue;
    parts.push(text.slice(done, start), make("mark", kind, text.slice(start, end)));
    done = end;
  }
  return [...parts, text.slice(done)];
}

function fieldLine([name, value], address, standIns = []) {
  const line = make("div", "line");
  line.append(make("span", "told", `${name}: `), ...marked(value, address, standIns));
  return line;
}

function textLine(text, address, standIns = []) {
  const line = make("div", "line");
  line.append(...marked(text, address, standIns));
  return line;
}

function showSent(request, spoken = "") {
  const address = parse(element("address").value.trim()) ?? [];
  const target = request.target.replace(/^\/demo\/[^/]+/, "/demo/…");
  element("sent").replaceChildren(
    textLine(`POST ${target} ${spoken}`.trim(), address),
    ...request.fields.map((field) => fieldLine(field, address)),
    make("div", "line", " "),
    textLine(request.body, address),
  );
}

const tickets = PROPERTIES.map((property) => {
  const ticket = element("ticket").content.firstElementChild.cloneNode(true);
  ticket.querySelector("h3").textContent = property.mode;
  ticket.querySelector(".stub code").textContent = `/demo/${property.name}`;
  ticket.querySelector(".meaning").textContent = property.meaning;
  element("tickets").append(ticket);
  return ticket;
});

function showReceived(ticket, property, request, received, spelling) {
  const address = parse(spelling);
  const ofAddress = received.fields.filter(([name]) => ADDRESS_FIELDS.has(name.toLowerCase()));
  const standIns = ofAddress
    .map(([, value]) => value)
    .filter((value) => value.length > 3 && occurrences(value, address).length === 0)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  const requestLine = `${received.method} ${received.target} ${received.version}`;

  const lines = ticket.querySelector(".lines");
  lines.replaceChildren(...ofAddress.map((field) => fieldLine(field, address, standIns)));
  if (ofAddress.length === 0) lines.append(make("div", "line absent", "no field with an address"));
  if (received.target.includes("?")) lines.prepend(textLine(requestLine, address, standIns));
  lines.hidden = false;
  showWritten(ticket, request.body, received.body);

  const whole = [
    textLine(requestLine, address, standIns),
    ...received.fields.map((field) => fieldLine(field, address, standIns)),
    make("div", "line", " "),
    textLine(received.body, address, standIns),
    ...received.trailers.map((field) => fieldLine(field, address, standIns)),
  ];
  ticket.querySelector(".whole").replaceChildren(...whole);
  ticket.querySelector("summary").textContent = `All ${received.fields.length} fields and the message`;
  ticket.querySelector("details").hidden = false;

  const arrived = new Set(received.fields.map(([name]) => name.toLowerCase()));
  const removed = request.fields.map(([name]) => name).filter((name) => !arrived.has(name.toLowerCase()));
  showRemoved(ticket, removed);

  const verdict = judge(property, received, spelling);
  showVerdict(ticket, verdict);
  return verdict.saw;
}

/** The fields that were sent and did not arrive; no name is broken across lines. */
function showRemoved(ticket, names) {
  const parts = names.flatMap((name, index) => [index ? ", " : "Left at the door: ", make("span", "", name)]);
  ticket.querySelector(".removed").replaceChildren(...parts);
}

/** What a person should make of it, and whether the address arrived at all. */
function judge(property, received, spelling) {
  const address = parse(spelling);
  const seenIn = (text) => occurrences(text, address).length > 0;
  const told = seenIn(received.target)
    || [...received.fields, ...received.trailers].some((pair) => pair.some(seenIn));
  const saw = told || seenIn(received.body);
  if (property.mode === "full") {
    return told
      ? { saw, kind: "chosen", sign: "i", words: "The backend sees the address: this property chose full." }
      : { saw, kind: "chosen", sign: "i", words: "This property chose full, yet the address did not arrive." };
  }
  if (told && property.mode === "truncate" && isItsOwnNetwork(address)) {
    return { saw, kind: "chosen", sign: "i", words: "This is the name of a whole network: truncating it takes nothing away." };
  }
  if (told) return { saw, kind: "leak", sign: "!", words: "The backend received the address. This mode should not allow it." };
  if (saw) return { saw, kind: "chosen", sign: "i", words: "Only the message itself names the address: the visitor wrote it there." };
  return { saw, kind: "kept", sign: "✓", words: `The backend never saw ${spelling}.` };
}

/** Truncation keeps 24 bits of IPv4 and 32 of IPv6: is nothing but zeros behind them? */
function isItsOwnNetwork(address) {
  return address.slice(address.length === 4 ? 3 : 4).every((byte) => byte === 0);
}

function showVerdict(ticket, { kind, sign, words }) {
  const verdict = ticket.querySelector(".verdict");
  verdict.className = `verdict ${kind}`;
  verdict.querySelector(".sign").textContent = sign;
  verdict.querySelector(".words").textContent = words;
  // Taken off and put on again, so that every answer is seen to arrive.
  ticket.classList.remove("fresh");
  void ticket.offsetWidth;
  ticket.classList.add("fresh");
}

function showFailure(ticket, error) {
  ticket.querySelector(".lines").hidden = true;
  ticket.querySelector(".written").hidden = true;
  ticket.querySelector("details").hidden = true;
  showRemoved(ticket, []);
  showVerdict(ticket, { kind: "leak", sign: "!", words: error.message });
}

function summarise(outcomes, spelling) {
  const named = (kind) => PROPERTIES.filter((_, index) => outcomes[index] === kind).map(({ name }) => name);
  const [saw, failed] = [named("saw"), named("failed")];
  const total = PROPERTIES.length - failed.length;
  let text = "";
  if (total > 0) {
    text = saw.length === 0
      ? `Sent. ${spelling} arrived for none of ${total} properties.`
      : `Sent. ${spelling} arrived for ${saw.length} of ${total} properties: ${saw.join(", ")}.`;
  }
  if (failed.length > 0) text += ` No good answer for ${failed.join(", ")}.`;
  element("summary").textContent = text.trim();
  element("summary").classList.add("told");
}

