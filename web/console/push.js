// @ts-check
/** The console's WebSocket: only listens, comes back by itself. */
import { pause } from "../shared/backoff.js";

/**
 * Keep a socket open.
 * @param {object} events
 * @param {(frame: import("../shared/types.js").Frame) => void} events.onFrame
 * @param {(first: boolean) => void} events.onOpen  not first: fetch what was missed
 * @param {() => void} events.onLost
 */
export function createPush({ onFrame, onOpen, onLost }) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let attempts = 0;
  let first = true;
  let stopped = false;

  function connect() {
    clearTimeout(timer);
    const url = new URL("/console/ws", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(url);
    socket = mine;
    mine.onopen = () => {
      attempts = 0;
      onOpen(first);
      first = false;
    };
    mine.onmessage = (event) => {
      if (stopped) return;
      try {
        onFrame(JSON.parse(String(event.data)));
      } catch (problem) {
        if (!(problem instanceof SyntaxError)) throw problem;
      }
    };
    mine.onclose = () => {
      if (stopped || socket !== mine) return;
      socket = null;
      attempts += 1;
      onLost();
      timer = setTimeout(connect, pause(attempts));
    };
  }

  connect();
  return {
    hurry() {
      if (!stopped && !socket) connect();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
