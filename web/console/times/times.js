// @ts-check
/** The part "Tider": one week of bookable times, publishing new ones, and the counsellor's calendar address. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { TEXTS } from "../texts.js";
import { createCalendar } from "./calendar.js";
import { monday, plus, today, weekNumber, weekSpan } from "./dates.js";
import { createPublish } from "./publish.js";
import { createWeek } from "./week.js";

const texts = TEXTS.times;

/**
 * Make the part.
 * @param {import("../api.js").Api} api
 * @param {{name: string}} options  who is logged in
 */
export function createTimes(api, { name }) {
  let start = monday(today());
  const heading = el("h2", { id: "times-heading" });
  const span = el("p", { class: "facts" });
  const notice = el("p", { class: "notice", role: "status" });
  const week = createWeek(api, { name, onChange: () => void read(), onSay: say });
  const publish = createPublish(api, (first) => go(monday(first)));
  const calendar = createCalendar(api);
  const panels = [[texts.publish.open, publish.element], [texts.calendar.open, calendar]].map(([label, panel]) =>
    disclosure(/** @type {string} */ (label), /** @type {HTMLElement} */ (panel)));
  const element = el("section", { class: "times", "aria-labelledby": "times-title" },
    el("h2", { id: "times-title", class: "visually-hidden", text: texts.heading }),
    el("div", { class: "times-head" },
      el("div", { class: "times-week", role: "status" }, heading, span),
      el("div", { class: "times-ways" },
        step(texts.before, () => go(plus(start, -7))), step(texts.now, () => go(monday(today()))), step(texts.after, () => go(plus(start, 7)))),
      el("div", { class: "times-panels" }, ...panels.map((one) => one.button))),
    ...panels.map((one) => one.place), notice, week.element);

  /** @param {string} first */
  function go(first) {
    start = first;
    void read();
  }

  async function read() {
    setText(heading, texts.week(weekNumber(start)));
    setText(span, weekSpan(start));
    const asked = start;
    try {
      const plan = await api.times.read(asked, 7);
      if (asked !== start) return;
      publish.offer(plan);
      week.show(asked, plan);
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      say(refusal.text);
    }
  }

  /** @param {string} text */
  function say(text) {
    setText(notice, text);
    setTimeout(() => notice.textContent === text && setText(notice, ""), 12000);
  }

  return { element, read };
}

/** @param {string} label @param {() => void} onPress */
function step(label, onPress) {
  return el("button", { class: "button", type: "button", text: label, on: { click: onPress } });
}

/**
 * A button that opens a panel below.
 * @param {string} label
 * @param {HTMLElement} panel
 */
function disclosure(label, panel) {
  const place = el("div", { class: "times-panel" }, panel);
  place.hidden = true;
  const button = el("button", { class: "button", type: "button", text: label, "aria-expanded": "false", on: { click: () => {
    place.hidden = !place.hidden;
    button.setAttribute("aria-expanded", String(!place.hidden));
    if (!place.hidden) /** @type {HTMLElement | null} */ (panel.querySelector("select, input, button"))?.focus();
  } } });
  return { button, place };
}
