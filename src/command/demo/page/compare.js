// What became of the message.

/** What a message says: pairs of key and text. One that is no JSON object is one text. */
function saidIn(body) {
  try {
    const message = JSON.parse(body);
    if (message && typeof message === "object") {
      return Object.entries(message).map(([key, value]) => [key, value === null || typeof value === "string" ? value : JSON.stringify(value)]);
    }
  } catch { /* Shown as it is. */ }
  return [["", body]];
}

/** The words of a text, and the signs between them. */
const words = (text) => text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [];

/** Two texts as runs of [text, kind]: what both have, and what only one of them has. */
function compare(before, after) {
  const [old, now] = [words(before), words(after)];
  // How long the longest common run of words is from each place on.
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i][j] = old[i] === now[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const sides = [[], []];
  const push = (side, word, kind) => {
    const last = sides[side].at(-1);
    if (last?.[1] === kind) last[0] += word;
    else sides[side].push([word, kind]);
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      push(0, old[i++], "");
      push(1, now[j++], "");
    } else if (j >= now.length || (i < old.length && common[i + 1][j] >= common[i][j + 1])) {
      push(0, old[i++], "true");
    } else {
      push(1, now[j++], "given");
    }
  }
  return sides.map(joined);
}

/** A blank or a hyphen that both have does not part what was replaced as one. */
function joined(runs) {
  const out = [];
  for (const [text, kind] of runs) {
    const [between, first] = [out.at(-1), out.at(-2)];
    if (kind && between?.[1] === "" && between[0].length === 1 && !/[\p{L}\p{N}]/u.test(between[0]) && first?.[1] === kind) {
      out.pop();
      first[0] += between[0] + text;
    } else {
      out.push([text, kind]);
    }
  }
  return out;
}

/** The message before and after, side by side. */
function showWritten(ticket, sent, received) {
  const table = ticket.querySelector(".written");
  const after = new Map(saidIn(received));
  const rows = saidIn(sent).map(([key, text]) => {
    const came = after.get(key);
    after.delete(key);
    return [key, text, came];
  });
  for (const [key, came] of after) rows.push([key, "", came]);
  table.tBodies[0].replaceChildren(...rows.map(([key, text, came]) => {
    const row = make("tr");
    const sides = text === came ? [[[text, ""]], [[came, ""]]] : compare(text, came ?? "");
    for (const [index, runs] of sides.entries()) {
      const cell = make("td");
      if (key) cell.append(make("span", "told", `${key}: `));
      if (index === 1 && (came ?? null) === null) cell.append(make("span", "absent", "nothing"));
      else cell.append(...runs.map(([run, kind]) => (kind ? make("mark", kind, run) : run)));
      row.append(cell);
    }
    return row;
  }));
  table.hidden = false;
}

