// The chat: one WebSocket to one property at a time.

const chat = {
  socket: null,
  /** Messages that wait for the socket to open. */
  unsent: [],
  /** Turns whose answer has not come. Answers come in the order of the messages. */
  open: [],
};

/** The page's own address, as one of a WebSocket: `wss:` where the page came over TLS. */
function chatAddress(property) {
  const address = new URL(`/demo/${property}/chat`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

function connect() {
  const property = element("chat-property").value;
  const socket = new WebSocket(chatAddress(property));
  chat.socket = socket;
  showLine("Connecting to", socket.url);
  const ours = (listener) => (event) => {
    // An earlier socket has nothing more to say.
    if (chat.socket === socket) listener(event);
  };
  socket.addEventListener("open", ours(() => {
    showLine("Open:", socket.url);
    for (const text of chat.unsent.splice(0)) socket.send(text);
  }));
  socket.addEventListener("message", ours(({ data }) => heard(JSON.parse(data))));
  socket.addEventListener("close", ours(({ code }) => {
    hangUp(`Not delivered: the connection closed with code ${code}.`);
    showLine(`Closed with code ${code}. The next message opens it again:`, socket.url);
  }));
}

/** Ends the present conversation; what was not answered is told why. */
function hangUp(why) {
  const { socket } = chat;
  chat.socket = null;
  socket?.close();
  chat.unsent.length = 0;
  for (const { turn } of chat.open.splice(0)) turn.querySelector(".got").replaceChildren(make("span", "absent", why));
}

function heard(said) {
  if (said.type === "welcome") {
    const told = said.received.fields.filter(([name]) => ADDRESS_FIELDS.has(name.toLowerCase()));
    element("chat-told").replaceChildren(...told.map((field) => fieldLine(field, [])));
    if (told.length === 0) element("chat-told").append(make("div", "line absent", "no field with an address"));
  } else if (said.type === "message") {
    const open = chat.open.shift();
    if (open) showTurn(open, said);
  }
}

function say(text) {
  if (!chat.socket) connect();
  const turn = element("turn").content.firstElementChild.cloneNode(true);
  turn.querySelector(".with").textContent = element("chat-property").value;
  turn.querySelector(".wrote").textContent = text;
  element("chat-log").append(turn);
  scrollDown();
  chat.open.push({ turn, text });
  const message = JSON.stringify({ text });
  if (chat.socket.readyState === WebSocket.OPEN) chat.socket.send(message);
  else chat.unsent.push(message);
}

/** Side by side what was typed and what the backend received, and what the agent made of it. */
function showTurn({ turn, text }, { received, reply }) {
  const came = Object.fromEntries(saidIn(received)).text ?? null;
  const [wrote, got] = compare(text, came ?? "");
  const spans = (runs) => runs.map(([run, kind]) => (kind ? make("mark", kind, run) : run));
  turn.querySelector(".wrote").replaceChildren(...spans(wrote));
  turn.querySelector(".got").replaceChildren(...(came === null ? [make("span", "absent", "nothing")] : spans(got)));
  turn.querySelector(".reply").append(make("span", "told", "Agent: "), reply);
  scrollDown();
}

function scrollDown() {
  element("chat-log").scrollTop = element("chat-log").scrollHeight;
}

function showLine(words, address) {
  element("chat-line").replaceChildren(`${words} `, make("code", "", address));
}

function showChosen() {
  const { mode, meaning } = PROPERTIES.find(({ name }) => name === element("chat-property").value);
  element("chat-meaning").textContent = `${mode}: ${meaning}`;
  element("chat-told").replaceChildren(make("div", "line absent", "not yet connected"));
}

for (const { name, mode } of PROPERTIES) {
  const option = make("option", "", `${name} (${mode})`);
  option.value = name;
  option.selected = name === "shop";
  element("chat-property").append(option);
}
element("chat-property").addEventListener("change", () => {
  hangUp("Not delivered: another property was chosen.");
  showChosen();
  connect();
});
element("chat-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = element("chat-text");
  if (field.value.trim()) say(field.value);
  field.value = "";
  field.focus();
});
showChosen();
connect();
