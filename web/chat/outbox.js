// @ts-check
/**
 * What the visitor has said and the server has not yet accepted, in order, one on its way at a time.
 * A repeat carries the same id, so it is harmless.
 */

const ACCEPTED_WITHIN_MS = 10000;
const RETRY_MS = { too_fast: 2500, unavailable: 4000 };
const RETRY_MOST_MS = 30000;

/** @typedef {{type: "say", id: string, text: string} | {type: "choose", id: string, payload: string, title: string}} Said */

/**
 * Make an outbox.
 * @param {object} options
 * @param {(frame: Said) => boolean} options.send
 * @param {() => void} options.onSilence  nothing was accepted in time: the link is dead
 */
export function createOutbox({ send, onSilence }) {
  /** @type {Said[]} */
  let queue = [];
  let refusals = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function sendFirst() {
    clearTimeout(timer);
    if (queue.length && send(queue[0])) timer = setTimeout(onSilence, ACCEPTED_WITHIN_MS);
  }

  /** @param {string} id */
  function remove(id) {
    const first = queue[0]?.id === id;
    queue = queue.filter((said) => said.id !== id);
    if (!first) return;
    refusals = 0;
    sendFirst();
  }

  return {
    /** @param {Said} said */
    add(said) {
      queue.push(said);
      if (queue.length === 1) sendFirst();
    },
    /** Send what waits, on a fresh link. */
    flush: sendFirst,
    /** The server has it, or never will. */
    remove,
    /**
     * The server asks to wait.
     * @param {string} id
     * @param {"too_fast" | "unavailable"} code
     */
    later(id, code) {
      if (queue[0]?.id !== id) return;
      clearTimeout(timer);
      refusals += 1;
      timer = setTimeout(sendFirst, Math.min(RETRY_MOST_MS, RETRY_MS[code] * 2 ** (refusals - 1)));
    },
    /** Keep only words: a button belongs to the conversation that offered it. */
    keepWords() {
      clearTimeout(timer);
      queue = queue.filter((said) => said.type === "say");
      refusals = 0;
      return queue.map((said) => said.id);
    },
    clear() {
      clearTimeout(timer);
      queue = [];
      refusals = 0;
    },
    get size() { return queue.length; },
  };
}
