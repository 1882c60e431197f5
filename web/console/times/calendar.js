// @ts-check
/** The secret address of the counsellor's calendar: shown once when it is made, since the server keeps no copy. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { copyButton } from "../copy.js";
import { TEXTS } from "../texts.js";

const texts = TEXTS.times.calendar;

/**
 * Make the panel.
 * @param {import("../api.js").Api} api
 * @returns {HTMLElement}
 */
export function createCalendar(api) {
  const told = el("p", { role: "status" });
  const problem = el("p", { class: "notice error", role: "alert" });
  const address = el("code", { class: "address" });
  const label = el("p", { class: "panel-heading", text: texts.address });
  const shown = el("div", { class: "calendar-address" }, label, address, copyButton(() => address.textContent ?? "", address));
  shown.hidden = true;

  async function make() {
    setText(problem, "");
    try {
      const { path } = await api.times.calendar();
      setText(address, new URL(path, window.location.href).href);
      shown.hidden = false;
      setText(told, texts.made);
    } catch (refusal) {
      setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
    }
  }

  return el("div", { class: "confirm calendar", role: "group", "aria-label": TEXTS.times.calendar.open },
    el("p", { text: texts.lead }), el("p", { class: "hint", text: texts.secret }),
    el("div", { class: "confirm-buttons" },
      el("button", { class: "button", type: "button", text: texts.make, "aria-describedby": "calendar-hint", on: { click: () => void make() } }),
      el("p", { id: "calendar-hint", class: "hint", text: texts.makeHint })),
    told, problem, shown);
}
