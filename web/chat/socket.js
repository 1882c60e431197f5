// @ts-check
/** One WebSocket to /ws/chat as a link. Says `start`, is ready when `started` comes. */

const OPEN_WITHIN_MS = 5000;

/**
 * @typedef {{token: string | null, after: number, id?: string}} Hello  id: the token is a one-time link's
 *
 * @typedef {object} Link
 * @property {"socket" | "polling"} kind
 * @property {(frame: object) => boolean} send  false: not sent
 * @property {() => void} close  silent: `closed` is not called
 *
 * @typedef {object} LinkEvents
 * @property {() => void} ready
 * @property {(frame: import("../shared/types.js").Frame) => void} frame
 * @property {(code: number) => void} closed
 */

/**
 * Open a socket.
 * @param {Hello} hello
 * @param {LinkEvents} events
 * @returns {Link}
 */
export function openSocket(hello, events) {
  const socket = new WebSocket(address());
  let silent = false;
  let over = false;
  const impatience = setTimeout(() => end(0), OPEN_WITHIN_MS);

  /** @param {number} code */
  function end(code) {
    if (over) return;
    over = true;
    clearTimeout(impatience);
    socket.close();
    if (!silent) events.closed(code);
  }

  socket.onopen = () => socket.send(JSON.stringify({ type: "start", ...hello }));
  socket.onclose = (event) => end(event.code);
  socket.onmessage = (event) => {
    if (over) return;
    const frame = parse(event.data);
    if (!frame) return;
    clearTimeout(impatience);
    events.frame(frame);
    if (frame.type === "started" && !over) events.ready();
  };
  return {
    kind: "socket",
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    close() {
      silent = true;
      end(1000);
    },
  };
}

function address() {
  const url = new URL("/ws/chat", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/**
 * Find out, without a word, whether sockets work by now.
 * @param {() => void} onWorks
 */
export function probeSocket(onWorks) {
  const socket = new WebSocket(address());
  socket.onopen = () => {
    socket.close();
    onWorks();
  };
}

/**
 * @param {unknown} data
 * @returns {import("../shared/types.js").Frame | null}
 */
function parse(data) {
  try {
    const frame = JSON.parse(String(data));
    return frame && typeof frame.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
