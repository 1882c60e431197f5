// @ts-check
/** The console once logged in: the head, alarms, the three parts, and who hears what the server pushes. */
import { el, setText } from "../shared/dom.js";
import { createAlarms } from "./alarms.js";
import { ApiError } from "./api.js";
import { createLetters } from "./letters/letters.js";
import { createNav } from "./nav.js";
import { createPresence } from "./presence.js";
import { createPush } from "./push.js";
import { createTalks } from "./talks.js";
import { TEXTS } from "./texts.js";
import { createTimes } from "./times/times.js";
import { createTitle } from "./title.js";

/**
 * Make the desk.
 * @param {import("./api.js").Api} api
 * @param {{name: string, onLogout: () => void}} options
 */
export function createDesk(api, { name, onLogout }) {
  const title = createTitle();
  const presence = createPresence(api);
  const talks = createTalks(api, { onShow: () => nav.go("talks"), onSpoken: () => nav.spoken(), onLetter: (id) => void letters.show(id), readQueue });
  const letters = createLetters(api, { onShow: () => nav.go("letters"), onRead: (found) => { for (const reason of /** @type {const} */ (["red_letter", "expiring_letter"])) alarms.settle(reason, unread(found)); } });
  const times = createTimes(api, { name });
  const parts = { talks: talks.element, letters: letters.element, times: times.element };
  const nav = createNav((part) => {
    for (const [one, shown] of Object.entries(parts)) shown.hidden = one !== part;
    if (part === "letters") void letters.read();
    if (part === "times") void times.read();
  });
  const alarms = createAlarms({
    onShow: (alarm) => (alarm.reason === "unclaimed" ? talks.showQueue(alarm.id) : void letters.show(alarm.id)),
    onSeen: nav.focus,
    onChange: title.alarmed,
  });
  const connection = el("p", { class: "notice", role: "status" });
  const element = el("div", { class: "desk" },
    el("header", { class: "desk-head" },
      el("img", { class: "mark", src: "/static/shared/mark.svg", alt: "", width: 32, height: 32 }),
      el("h1", { text: TEXTS.title }),
      nav.element, presence.element,
      el("p", { class: "me", text: name }),
      el("button", { class: "button quiet logout", type: "button", text: TEXTS.logout, on: { click: onLogout } })),
    el("main", {}, alarms.element, presence.notice, talks.alert, connection, ...Object.values(parts)));
  nav.read();

  async function readQueue() {
    try {
      hearQueue(await api.queue());
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
    }
  }

  /** @param {import("../shared/types.js").Queue} queue */
  function hearQueue(queue) {
    talks.hear.queue(queue);
    presence.show(queue);
    nav.count(queue);
    title.waiting(queue.waiting.length);
    alarms.settle("unclaimed", new Set(queue.waiting.map((card) => card.id)));
  }

  /** @type {Record<string, (frame: any) => void>} */
  const hear = { ...talks.hear, queue: hearQueue, alarm: alarms.hear, letters: () => void letters.read(), times: () => !times.element.hidden && void times.read() };

  const push = createPush({
    onFrame: (frame) => hear[frame.type]?.(frame),
    onOpen(first) {
      setText(connection, "");
      if (first) return;
      void readQueue();
      talks.catchUp();
      void letters.read();
      void times.read();
    },
    onLost() {
      setText(connection, TEXTS.connection.lost);
      void readQueue(); // finds out whether the login has ended
    },
  });
  const hurry = () => push.hurry();
  window.addEventListener("online", hurry);
  void readQueue();
  return {
    element,
    stop() {
      push.stop();
      for (const one of [talks, letters, nav]) one.stop();
      window.removeEventListener("online", hurry);
      title.clear();
    },
  };
}

/** @param {import("../shared/types.js").Letter[]} letters */
function unread(letters) {
  return new Set(letters.filter((letter) => letter.red && !letter.read_by).map((letter) => letter.mailbox));
}
