// The form.

function entered() {
  return {
    message: { name: element("name").value, email: element("email").value, text: element("message").value },
    spelling: element("address").value.trim(),
    smuggle: element("smuggle").checked,
  };
}

function complain(words) {
  element("address-error").textContent = words;
  if (words) element("address").setAttribute("aria-invalid", "true");
  else element("address").removeAttribute("aria-invalid");
}

function preview() {
  const { message, spelling, smuggle } = entered();
  if (parse(spelling)) complain("");
  showSent(compose("…", message, spelling, smuggle));
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let round = 0;

async function sendToAll() {
  const { message, spelling, smuggle } = entered();
  if (!parse(spelling)) {
    complain("Please enter an IPv4 or IPv6 address.");
    element("address").focus();
    return;
  }
  complain("");
  const mine = ++round;
  performance.clearResourceTimings();
  element("summary").textContent = "Sending…";
  const outcomes = await Promise.all(PROPERTIES.map(async (property, index) => {
    const request = compose(property.name, message, spelling, smuggle);
    let received;
    try {
      received = await send(request);
    } catch (error) {
      if (mine === round) showFailure(tickets[index], error);
      return "failed";
    }
    // Send was pressed again meanwhile: the later answers are the ones to show.
    if (mine !== round) return "stale";
    return showReceived(tickets[index], property, request, received, spelling) ? "saw" : "never";
  }));
  if (mine !== round) return;
  const request = compose(PROPERTIES[0].name, message, spelling, smuggle);
  showSent(request, version(request.target));
  summarise(outcomes, spelling);
  // On a small screen the answers lie below the fold, where nobody would look for them.
  if (element("summary").getBoundingClientRect().top > innerHeight) {
    element("backend-title").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
  }
}

element("form").addEventListener("input", preview);
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  sendToAll();
});
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    element("address").value = example.dataset.address;
    preview();
  });
}
preview();
