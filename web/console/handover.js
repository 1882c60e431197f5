// @ts-check
/** The ways to let somebody else go on: a colleague, the queue, the bot. What each means is said beside its button. */
import { el, setText } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.handover;
/** @typedef {import("../shared/types.js").Colleague} Colleague */

/**
 * Make the button that opens the choice in a place.
 * @param {import("./api.js").Api} api
 * @param {string} id  of the conversation
 * @param {HTMLElement} place
 * @param {{colleagues: () => Colleague[], onOver: (why: string) => void}} events
 */
export function handoverButton(api, id, place, { colleagues, onOver }) {
  const button = el("button", { class: "button", type: "button", text: texts.open, "aria-expanded": "false", on: { click: open } });

  function close() {
    place.replaceChildren();
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  function open() {
    if (button.getAttribute("aria-expanded") === "true") return close();
    button.setAttribute("aria-expanded", "true");
    const problem = el("p", { class: "notice error", role: "alert" });
    /** @param {() => Promise<unknown>} call @param {string} why */
    const act = async (call, why) => {
      try {
        await call();
        onOver(why);
      } catch (refusal) {
        setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
      }
    };
    const stay = el("button", { class: "button quiet", type: "button", text: texts.stay, on: { click: close } });
    const heading = el("p", { class: "panel-heading", tabindex: -1, text: texts.heading });
    place.replaceChildren(el("div", { class: "confirm handover", role: "group", "aria-label": texts.heading }, heading,
      toColleague(colleagues().filter((one) => one.presence !== "away"), (to) => void act(() => api.transfer(id, to), "transferred")),
      way(texts.queue, texts.queueHint, () => void act(() => api.requeue(id), "requeued")),
      way(texts.bot, texts.botHint, () => void act(() => api.release(id), "released")),
      problem, stay));
    place.onkeydown = (event) => event.key === "Escape" && place.firstChild && close();
    heading.focus();
  }

  return button;
}

/**
 * @param {Colleague[]} here
 * @param {(to: string) => void} onChosen
 */
function toColleague(here, onChosen) {
  if (here.length === 0) return el("p", { class: "way hint", text: texts.nobody });
  const select = el("select", { id: "handover-to", "aria-describedby": "handover-hint" }, ...here.map((one) =>
    el("option", { value: one.name, text: one.presence === "full" ? `${one.name} (${TEXTS.presence.others.full})` : one.name })));
  return el("div", { class: "way" },
    el("div", { class: "field" }, el("label", { for: select.id, text: texts.colleague }), select),
    el("button", { class: "button", type: "button", text: texts.transfer, on: { click: () => onChosen(select.value) } }),
    el("p", { id: "handover-hint", class: "hint", text: texts.colleagueHint }));
}

/**
 * @param {string} label
 * @param {string} hint
 * @param {() => void} onPress
 */
function way(label, hint, onPress) {
  const explained = el("p", { class: "hint", text: hint });
  return el("div", { class: "way" }, el("button", { class: "button", type: "button", text: label, on: { click: onPress } }), explained);
}
