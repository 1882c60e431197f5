// @ts-check
/**
 * The visitor's conversation: what came, what is said, what state it is in. No DOM.
 * Nothing lost (outbox), nothing doubled (seq and id), nothing kept but token and seq (store).
 */
import { uuid } from "../shared/dom.js";
import { createOutbox } from "./outbox.js";
import { createTransport } from "./transport.js";

const ERASED_WITHIN_MS = 10000;

/** @typedef {import("../shared/types.js").Message} Message */
/**
 * @typedef {object} View  what the conversation tells the page
 * @property {(message: Message, old: boolean) => void} message  old: seen before this page was loaded
 * @property {(id: string, text: string) => void} own             shown at once, before it is accepted
 * @property {(id: string, seq: number) => void} accepted
 * @property {(id: string) => void} failed
 * @property {(state: import("../shared/types.js").StateFrame) => void} state
 * @property {(sender: string) => void} typing
 * @property {(id: string) => void} answered
 * @property {(code: string, text: string) => void} error
 * @property {(connection: import("./transport.js").Connection) => void} connection
 * @property {(why: "again" | "gone" | "erasing" | "taken", kept: string[]) => void} reset  kept: ids not yet accepted that go along
 * @property {() => void} linkDead  the link that was to be used does not count any more
 */

/**
 * Make a conversation; `open` starts it.
 * @param {import("./store.js").Store} store
 * @param {View} view
 */
export function createConversation(store, view) {
  /** @type {Set<number>} */
  const seen = new Set();
  let seenBefore = store.seq;
  let last = 0; // a freshly loaded page shows nothing yet, so it asks for all
  /** @type {import("../shared/types.js").State | null} */
  let state = null;
  let erased = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let eraseTimer;

  const transport = createTransport({
    hello: () => (store.link ? { ...store.link, after: 0 } : { token: store.token, after: last }),
    onReady: () => (store.erasing ? sendErase() : outbox.flush()),
    onFrame: (frame) => hear[frame.type]?.(frame),
    onConnection: view.connection,
  });
  const outbox = createOutbox({ send: (frame) => transport.send(frame), onSilence: () => transport.start() });

  /** @type {Record<string, (frame: any) => void>} */
  const hear = {
    started(frame) {
      if (store.link) arrive();
      store.save({ token: frame.token });
      if (frame.state && !store.erasing) setState({ state: frame.state });
    },
    message(frame) {
      if (store.erasing) {
        if (frame.seq !== undefined) return;
        erased = true; // only an erasure is said without a seq
      }
      if (frame.seq !== undefined) {
        if (seen.has(frame.seq)) return;
        seen.add(frame.seq);
        last = Math.max(last, frame.seq);
        if (last > store.seq) store.save({ seq: last });
      }
      if (frame.sender === "visitor" && frame.id) outbox.remove(frame.id);
      view.message(frame, frame.seq !== undefined && frame.seq <= seenBefore);
    },
    accepted(frame) {
      outbox.remove(frame.id);
      view.accepted(frame.id, frame.seq);
    },
    state: setState,
    typing: (frame) => view.typing(frame.sender),
    answered: (frame) => view.answered(frame.id),
    error(frame) {
      if (frame.code === "unknown_token" && store.link) return refuseLink();
      if (frame.code === "unknown_token") return renew(store.erasing ? "erasing" : "gone");
      if (frame.code === "too_fast" || frame.code === "unavailable") {
        if (frame.id) outbox.later(frame.id, frame.code);
      } else if (frame.id) {
        outbox.remove(frame.id);
        view.failed(frame.id);
      }
      if (frame.id || frame.code === "unavailable") view.error(frame.code, frame.text);
    },
  };

  /** @param {import("../shared/types.js").StateFrame} frame */
  function setState(frame) {
    if (store.erasing) {
      if (frame.state !== "closed" || !erased) return;
      forget();
      transport.stop();
    }
    state = frame.state;
    view.state(frame);
    if (seenBefore === Infinity && "position" in frame) seenBefore = last; // it comes after what was said in the app
  }

  function forget() {
    clearTimeout(eraseTimer);
    store.clear();
    seen.clear();
    seenBefore = 0;
    last = 0;
    erased = false;
  }

  /** The link's conversation is this tab's now; what was said here, and is not accepted, belongs to another. */
  function arrive() {
    forget();
    outbox.clear();
    state = null;
    seenBefore = Infinity;
    view.reset("taken", []);
  }

  function refuseLink() {
    store.save({ link: null });
    transport.stop();
    view.linkDead();
  }

  function sendErase() {
    transport.send({ type: "erase" });
    clearTimeout(eraseTimer);
    eraseTimer = setTimeout(() => transport.start(), ERASED_WITHIN_MS);
  }

  /**
   * Begin a new conversation; after an erasure only stand still.
   * @param {"again" | "gone" | "erasing"} why
   */
  function renew(why) {
    forget();
    if (why === "erasing") { // nothing is left to erase
      transport.stop();
      state = "closed";
      view.state({ state });
      return;
    }
    state = null;
    view.reset(why, outbox.keepWords());
    transport.start();
  }

  return {
    open: () => transport.start(),
    get has() { return store.token !== null; },
    get erasing() { return store.erasing; },
    get taking() { return store.link !== null; },
    /**
     * Take over the conversation of a one-time link.
     * @param {string} token
     */
    take(token) {
      store.save({ link: { token, id: uuid() } });
      transport.start();
    },
    hurry: () => transport.hurry(),
    /** @param {string} text */
    say(text) {
      const id = uuid();
      view.own(id, text);
      outbox.add({ type: "say", id, text });
    },
    /** @param {import("../shared/types.js").Choice} choice */
    choose(choice) {
      const id = uuid();
      view.own(id, choice.title);
      outbox.add({ type: "choose", id, payload: choice.payload, title: choice.title });
      return id;
    },
    /** Tell a counsellor, and nobody else, that the visitor types. */
    typing() {
      if (state === "human") transport.send({ type: "typing" });
    },
    erase() {
      outbox.clear();
      view.reset("erasing", []);
      if (!store.token) return renew("erasing");
      store.save({ erasing: true });
      sendErase();
    },
    again: () => renew("again"),
    /** Leave for good: tell the server as well as one can on the way out, keep nothing. */
    leave() {
      const { token, erasing, link } = store;
      store.shut();
      const frame = erasing ? { type: "erase" } : { type: "bye", quick: true };
      transport.abandon(frame);
      if (token) sendOnTheWayOut([frame], token);
      if (link) sendOnTheWayOut([{ type: "start", ...link, after: 0 }, frame]);
    },
  };
}

/**
 * Send frames with a request that outlives the page (a beacon cannot carry the token's header).
 * @param {object[]} frames
 * @param {string} [token]  none where the first frame is a start
 */
function sendOnTheWayOut(frames, token) {
  fetch("/api/chat", {
    method: "POST",
    keepalive: true,
    credentials: "omit",
    headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), "Content-Type": "application/json" },
    body: JSON.stringify({ frames }),
  }).catch(() => undefined);
}

/** @typedef {ReturnType<typeof createConversation>} Chat */
