// What is sent, and what is answered.

/** The request for one property, from what stands in the form. */
function compose(property, message, address, smuggle) {
  const fields = [["X-Forwarded-For", address]];
  let target = `/demo/${property}/messages`;
  if (smuggle) {
    const node = address.includes(":") ? `"[${address}]"` : address;
    fields.push(
      ["Forwarded", `for=${node}`],
      ["X-Real-IP", address],
      ["CF-Connecting-IP", address],
      ["True-Client-IP", address],
      ["X_Forwarded_For", address],
    );
    target += `?ip=${encodeURIComponent(address)}`;
  }
  return { target, fields, body: JSON.stringify(message) };
}

/** What the backend received of a request; throws words that a person can read. */
async function send(request) {
  const response = await fetch(request.target, {
    method: "POST",
    headers: [...request.fields, ["Content-Type", "application/json"], ["Accept", "application/json"]],
    body: request.body,
    cache: "no-store",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  }).catch((error) => {
    throw new Error(error.name === "TimeoutError" ? "No answer in time." : "No connection to the proxy.");
  });
  if (!response.ok) throw new Error(`Not delivered: the proxy answered with status ${response.status}.`);
  const answer = await response.json().catch(() => null);
  if (!answer?.received) throw new Error("The answer could not be read.");
  return answer.received;
}

/** `HTTP/2` or `HTTP/1.1`, where the browser tells how it spoke with the proxy. */
function version(target) {
  const spoken = performance.getEntriesByName(new URL(target, location.href).href).at(-1)?.nextHopProtocol;
  return { h2: "HTTP/2", "http/1.1": "HTTP/1.1" }[spoken] ?? "";
}

