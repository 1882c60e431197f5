// @ts-check
/**
 * Keeps one link to the gateway alive: socket first, polling where sockets fail, pauses that grow between tries.
 * Knows nothing of what the frames mean.
 */
import { pause } from "../shared/backoff.js";
import { openPolling } from "./polling.js";
import { openSocket, probeSocket } from "./socket.js";

const TAKEN_OVER = 4001;
const PROBE_AFTER_MS = 60000;

/** @typedef {"connecting" | "open" | "lost" | "elsewhere"} Connection */

/**
 * Make a transport; `start` opens it.
 * @param {object} options
 * @param {() => import("./socket.js").Hello} options.hello
 * @param {() => void} options.onReady  a link stands: resend what was not accepted
 * @param {(frame: import("../shared/types.js").Frame) => void} options.onFrame
 * @param {(connection: Connection) => void} options.onConnection
 */
export function createTransport({ hello, onReady, onFrame, onConnection }) {
  /** @type {import("./socket.js").Link | null} */
  let link = null;
  let attempts = 0;
  let hadSocket = false;
  let stopped = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** Socket first; polling at once if no socket ever opened here, else every second try. */
  function wantsPolling() {
    return hadSocket ? attempts > 0 && attempts % 2 === 0 : attempts % 2 === 1;
  }

  function connect() {
    drop();
    stopped = false;
    const events = {
      ready() {
        if (mine !== link) return;
        attempts = 0;
        if (mine.kind === "socket") hadSocket = true;
        else timer = setTimeout(() => probe(mine), PROBE_AFTER_MS);
        onConnection("open");
        onReady();
      },
      /** @param {import("../shared/types.js").Frame} frame */
      frame(frame) {
        if (mine === link) onFrame(frame);
      },
      /** @param {number} code */
      closed(code) {
        if (mine !== link) return;
        link = null;
        if (code === TAKEN_OVER) {
          stopped = true;
          onConnection("elsewhere");
          return;
        }
        attempts += 1;
        onConnection("lost");
        timer = setTimeout(connect, pause(attempts));
      },
    };
    const mine = wantsPolling() ? openPolling(hello, events) : openSocket(hello(), events);
    link = mine;
  }

  /**
   * On polling: move over when sockets work.
   * @param {import("./socket.js").Link} polling
   */
  function probe(polling) {
    timer = setTimeout(() => probe(polling), PROBE_AFTER_MS * 3);
    probeSocket(() => {
      if (link === polling) connect();
    });
  }

  function drop() {
    clearTimeout(timer);
    if (link) link.close();
    link = null;
  }

  return {
    /** Open, or open anew: after "elsewhere", for a new conversation, or when the link seems dead. */
    start() {
      onConnection("connecting");
      connect();
    },
    /** Do not wait out a pause: the network or the reader came back. */
    hurry() {
      if (!stopped && !link) connect();
    },
    /** @param {object} frame */
    send(frame) {
      return link ? link.send(frame) : false;
    },
    stop() {
      stopped = true;
      drop();
    },
    /**
     * Say one last thing and listen no more. The socket is left open, so that the frame gets out.
     * @param {object} frame
     */
    abandon(frame) {
      if (link && link.kind === "socket") link.send(frame);
      stopped = true;
      clearTimeout(timer);
      link = null;
    },
  };
}

/** @typedef {ReturnType<typeof createTransport>} Transport */
