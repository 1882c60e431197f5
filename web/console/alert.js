// @ts-check
/** Tells, without sound, that somebody new waits or was handed over to me: a banner that stays, and a live region. */
import { el, setText } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

/**
 * Make the alert.
 * @param {() => void} onShow  "show the queue", for narrow screens
 */
export function createAlert(onShow) {
  const polite = el("span", { role: "status" });
  const urgent = el("span", { role: "alert" });
  const show = el("button", { class: "button", type: "button", text: TEXTS.queue.show, on: { click: () => { clear(); onShow(); } } });
  const dismiss = el("button", { class: "button quiet", type: "button", text: TEXTS.queue.dismiss, on: { click: clear } });
  const buttons = el("span", { class: "banner-buttons" }, show, dismiss);
  const element = el("div", { class: "banner" }, el("p", {}, urgent, polite), buttons);
  buttons.hidden = true;
  /** @type {Set<string> | null} null: the first queue is not news */
  let known = null;
  /** @type {Set<string>} */
  let fresh = new Set();
  let given = false;

  function clear() {
    fresh = new Set();
    given = false;
    draw(false);
  }

  /** @param {boolean} emergency */
  function draw(emergency) {
    const on = fresh.size > 0 || given;
    buttons.hidden = !on;
    element.classList.toggle("emergency", emergency && fresh.size > 0);
    element.classList.toggle("on", on);
    setText(urgent, emergency && fresh.size ? TEXTS.queue.freshEmergency : "");
    const calm = !emergency && fresh.size ? TEXTS.queue.fresh(fresh.size) : "";
    setText(polite, [given ? TEXTS.queue.given : "", calm].filter(Boolean).join(" "));
  }

  return {
    element,
    /** @param {import("../shared/types.js").Card[]} waiting */
    show(waiting) {
      const ids = new Set(waiting.map((card) => card.id));
      for (const id of ids) if (known && !known.has(id)) fresh.add(id);
      for (const id of fresh) if (!ids.has(id)) fresh.delete(id);
      known = ids;
      draw(waiting.some((card) => fresh.has(card.id) && card.route === "emergency"));
    },
    /** A colleague's conversation is mine now. */
    given() {
      given = true;
      draw(element.classList.contains("emergency"));
    },
  };
}
