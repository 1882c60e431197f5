// @ts-check
/**
 * What the tab remembers, in sessionStorage only: the token, the last seq seen, an erasure not yet confirmed, and a
 * one-time link being used, with the id that lets it be sent again.
 * Never a word of the conversation. Works from memory where storage is blocked.
 */

const KEY = "varsam";

/** @typedef {{token: string, id: string}} Link */
/** @typedef {{token: string | null, seq: number, erasing: boolean, link: Link | null}} Kept */

/** @returns {Kept} */
function nothing() {
  return { token: null, seq: 0, erasing: false, link: null };
}

/** Open the tab's memory. */
export function createStore() {
  let kept = read();
  let shut = false;

  /** @returns {Kept} */
  function read() {
    try {
      const found = JSON.parse(window.sessionStorage.getItem(KEY) ?? "null");
      if (found && (typeof found.token === "string" || found.link)) return { ...nothing(), ...found };
    } catch {
      // blocked storage or foreign content: start from nothing
    }
    return nothing();
  }

  /** @param {Partial<Kept>} part */
  function save(part) {
    if (shut) return;
    kept = { ...kept, ...part };
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // blocked storage: memory is enough while the page stands
    }
  }

  function clear() {
    kept = nothing();
    try {
      window.sessionStorage.clear();
    } catch {
      // blocked storage holds nothing
    }
  }

  return {
    get token() { return kept.token; },
    get seq() { return kept.seq; },
    get erasing() { return kept.erasing; },
    get link() { return kept.link; },
    save,
    clear,
    /** Clear, and let nothing be written again: the visitor is leaving. */
    shut() {
      shut = true;
      clear();
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
