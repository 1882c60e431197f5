// @ts-check
/** Calls to /console/api. Holds the CSRF value; every failure is an ApiError with the server's code and sentence. */
import { TEXTS } from "./texts.js";

/** A refusal or a failure. `code` is the server's, or "network". */
export class ApiError extends Error {
  /**
   * @param {number} status  0 when no answer came
   * @param {string} code
   * @param {string} text  Swedish, for the reader
   */
  constructor(status, code, text) {
    super(code);
    this.status = status;
    this.code = code;
    this.text = text;
  }
}

/** @typedef {{name: string, csrf: string, must_change: boolean}} Me */

/**
 * Make the caller.
 * @param {{onLoggedOut: () => void, onMustChange: () => void}} events
 */
export function createApi({ onLoggedOut, onMustChange }) {
  let csrf = "";

  /**
   * @param {"GET" | "POST"} method
   * @param {string} path
   * @param {object} [body]
   */
  async function call(method, path, body) {
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(`/console/api/${path}`, {
        method,
        cache: "no-store",
        credentials: "same-origin",
        headers: method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRF-Token": csrf },
        body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      });
    } catch {
      throw new ApiError(0, "network", TEXTS.failed);
    }
    const data = await answer.json().catch(() => ({}));
    if (answer.ok) return data;
    const own = path === "login" || path === "password" || path === "me";
    if (answer.status === 401 && !own) onLoggedOut();
    if (answer.status === 403 && data.error === "must_change") onMustChange();
    throw new ApiError(answer.status, data.error ?? "failed", data.text ?? TEXTS.failed);
  }

  /**
   * @param {Me} me
   * @returns {Me}
   */
  function remember(me) {
    csrf = me.csrf;
    return me;
  }

  /** @param {string} id */
  const at = (id) => `conversations/${encodeURIComponent(id)}`;
  /** @type {Promise<import("../shared/types.js").Topic[]> | null} they do not change while the page is open */
  let topics = null;

  return {
    /** @param {string} name @param {string} password */
    login: async (name, password) => remember(await call("POST", "login", { name, password })),
    me: async () => remember(await call("GET", "me")),
    /** @param {string} old @param {string} fresh */
    password: (old, fresh) => call("POST", "password", { old, new: fresh }),
    logout: () => call("POST", "logout"),
    /** @returns {Promise<import("../shared/types.js").Queue>} */
    queue: () => call("GET", "queue"),
    /** @param {string} id @returns {Promise<import("../shared/types.js").Conversation>} */
    claim: (id) => call("POST", `${at(id)}/claim`),
    /** @param {string} id @param {number} after @returns {Promise<import("../shared/types.js").Conversation>} */
    conversation: (id, after) => call("GET", `${at(id)}?after=${after}`),
    /** @param {string} id @param {string} messageId @param {string} text @returns {Promise<{seq: number}>} */
    send: (id, messageId, text) => call("POST", `${at(id)}/messages`, { id: messageId, text }),
    /** @param {string} id */
    typing: (id) => call("POST", `${at(id)}/typing`).catch(() => undefined),
    /** @param {string} id */
    release: (id) => call("POST", `${at(id)}/release`),
    /** @param {string} id */
    requeue: (id) => call("POST", `${at(id)}/requeue`),
    /** @param {string} id @param {string} to  a colleague's name */
    transfer: (id, to) => call("POST", `${at(id)}/transfer`, { to }),
    /** @param {string} id */
    close: (id) => call("POST", `${at(id)}/close`),
    /** @param {string} id @param {{topic?: string, route?: string}} change @returns {Promise<import("../shared/types.js").Card>} */
    correct: (id, change) => call("POST", `${at(id)}/correct`, change),
    topics() {
      topics ??= call("GET", "topics").then((found) => found.topics);
      topics.catch(() => { topics = null; });
      return topics;
    },
    /** @param {boolean} away @returns {Promise<{presence: import("../shared/types.js").Presence}>} */
    presence: (away) => call("POST", "presence", { away }),
    letters: letterCalls(call),
    times: timeCalls(call),
  };
}

/** @typedef {(method: "GET" | "POST", path: string, body?: object) => Promise<any>} Call */

/** @param {Call} call */
function letterCalls(call) {
  /** @param {string} mailbox */
  const at = (mailbox) => `letters/${encodeURIComponent(mailbox)}`;
  return {
    /** @returns {Promise<{letters: import("../shared/types.js").Letter[]}>} */
    all: () => call("GET", "letters"),
    /** @param {string} mailbox @returns {Promise<import("../shared/types.js").Mailbox>} */
    open: (mailbox) => call("GET", at(mailbox)),
    // up_to: the last one that was on the screen; what came meanwhile stays unread and unanswered
    /** @param {string} mailbox @param {number} up_to */
    acknowledge: (mailbox, up_to) => call("POST", `${at(mailbox)}/acknowledge`, { up_to }),
    /** @param {string} mailbox @param {string} id @param {string} text @param {number} up_to */
    reply: (mailbox, id, text, up_to) => call("POST", `${at(mailbox)}/reply`, { id, text, up_to }),
    /** @param {string} mailbox @param {number} up_to */
    setAside: (mailbox, up_to) => call("POST", `${at(mailbox)}/set-aside`, { up_to }),
  };
}

/** @param {Call} call */
function timeCalls(call) {
  /** @param {string} id */
  const at = (id) => `times/${encodeURIComponent(id)}`;
  return {
    /** @param {string} from  ISO date @param {number} days @returns {Promise<import("../shared/types.js").Plan>} */
    read: (from, days) => call("GET", `times?from=${from}&days=${days}`),
    /** @param {object} rule @returns {Promise<{published: import("../shared/types.js").Time[], left_out: import("../shared/types.js").LeftOut[]}>} */
    publish: (rule) => call("POST", "times", rule),
    /** @param {string} id @param {boolean} series @returns {Promise<{withdrawn: number}>} */
    withdraw: (id, series) => call("POST", `${at(id)}/withdraw`, { series }),
    /** @param {string} id */
    join: (id) => call("POST", `${at(id)}/join`),
    /** @param {string} id */
    leave: (id) => call("POST", `${at(id)}/leave`),
    /** @param {string} id @param {{from?: string, to?: string}} who  oneself where one is left out */
    handOver: (id, who) => call("POST", `${at(id)}/hand-over`, who),
    /** @returns {Promise<{path: string}>} */
    calendar: () => call("POST", "calendar"),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
