// @ts-check
/** The link for browsers and networks without WebSocket: POST /api/chat to speak, GET to hear. */

const SOON_MS = 900;
const IDLE_MS = 3000;
const HIDDEN_MS = 10000;
const LIVELY_FOR_MS = 15000;
const ANSWER_WITHIN_MS = 10000;

/**
 * Start polling. `token` and `after` are read anew for every request.
 * @param {() => import("./socket.js").Hello} hello
 * @param {import("./socket.js").LinkEvents} events
 * @returns {import("./socket.js").Link}
 */
export function openPolling(hello, events) {
  let over = false;
  let ready = false;
  let spokeAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /**
   * @param {object[] | null} frames  null: only listen
   */
  async function exchange(frames) {
    const { token, after } = hello();
    const answer = await fetch(frames ? "/api/chat" : `/api/chat?after=${after}`, {
      method: frames ? "POST" : "GET",
      headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(frames ? { "Content-Type": "application/json" } : {}) },
      body: frames ? JSON.stringify({ frames }) : undefined,
      cache: "no-store",
      credentials: "omit",
      signal: timeout(ANSWER_WITHIN_MS),
    });
    const body = await answer.json();
    if (!Array.isArray(body.frames)) throw new Error(`HTTP ${answer.status}`);
    for (const frame of body.frames) if (!over) events.frame(frame);
    if (!ready && !over && answer.ok) {
      ready = true;
      events.ready();
    }
  }

  /** @param {object[] | null} frames */
  async function turn(frames) {
    try {
      await exchange(frames);
    } catch {
      fail();
    }
  }

  function fail() {
    if (over) return;
    over = true;
    clearTimeout(timer);
    events.closed(0);
  }

  function interval() {
    if (document.hidden) return HIDDEN_MS;
    return Date.now() - spokeAt < LIVELY_FOR_MS ? SOON_MS : IDLE_MS;
  }

  async function listen() {
    const { token, after, id } = hello();
    // a one-time link is used by a start alone: its answer carries the new token
    await turn(token && !id ? null : [{ type: "start", token, after, ...(id ? { id } : {}) }]);
    if (!over) timer = setTimeout(listen, interval());
  }

  void listen();
  return {
    kind: "polling",
    send(frame) {
      if (over || !ready) return false;
      if (/** @type {any} */ (frame).type === "typing") return true; // not worth a request
      spokeAt = Date.now();
      void turn([frame]);
      clearTimeout(timer);
      timer = setTimeout(listen, SOON_MS);
      return true;
    },
    close() {
      over = true;
      clearTimeout(timer);
    },
  };
}

/** @param {number} ms */
function timeout(ms) {
  const control = new AbortController();
  setTimeout(() => control.abort(), ms);
  return control.signal;
}
