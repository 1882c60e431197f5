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
    close: (id) => call("POST", `${at(id)}/close`),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
