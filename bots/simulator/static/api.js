// The page's one origin: chats and acts of people (handed on to the emulators), clock, strip, live events.

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(`/simulator/${path}`, options);
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.error ?? data.message ?? answer.statusText);
  return data;
}

const chatPath = ({ channel, account, person }) =>
  `api/${channel}/accounts/${encodeURIComponent(account)}/chats/${encodeURIComponent(person)}`;

export const phones = () => call("phones");
export const chat = (address) => call(chatPath(address));

/** A person does something in a chat: follow, say, tap, press, open, block, unblock, photo, sticker. */
export const act = (address, what, body = {}) => call(`${chatPath(address)}/${what}`, body);

export const moveClock = (to) => call("clock", to);

/** A chat's picture by way of this origin (the page asks no other address for anything). */
export const picture = (url) => `/simulator/picture?url=${encodeURIComponent(url)}`;

/** Live events for as long as the page is open; the browser reconnects by itself. */
export function live({ chat, again, strip, connection }) {
  const source = new EventSource("/simulator/events");
  source.addEventListener("chat", (event) => chat(JSON.parse(event.data)));
  source.addEventListener("again", (event) => again(JSON.parse(event.data)));
  source.addEventListener("strip", (event) => strip(JSON.parse(event.data)));
  source.onopen = () => connection(true);
  source.onerror = () => connection(false);
}

/** The platform of a deep link that opens a chat there, or null for any other address. */
export function deepLinkChannel(url) {
  const host = /^https?:\/\/([^/?#]+)/i.exec(url)?.[1].toLowerCase() ?? "";
  if (host === "t.me" || host === "telegram.me") return "telegram";
  if (host === "line.me" || host === "lin.ee") return "line";
  return null;
}
