// @ts-check
/** Asks before a time is taken away: this one, or everything of its series that nobody has booked. */
import { el } from "../../shared/dom.js";
import { TEXTS } from "../texts.js";

const texts = TEXTS.times;

/**
 * Ask in a place of the page.
 * @param {HTMLElement} place  emptied and filled with the question
 * @param {HTMLElement} opener  gets the focus back after a no
 * @param {boolean} repeats
 * @param {(series: boolean) => void} onYes
 */
export function askWithdraw(place, opener, repeats, onYes) {
  const no = answer("button", texts.no, () => {
    close();
    opener.focus();
  });
  const yes = answer("button danger", repeats ? texts.onlyOne : texts.one, () => decide(false));
  const all = repeats ? answer("button danger", texts.series, () => decide(true)) : null;
  const question = repeats ? texts.askSeries : texts.ask;

  function close() {
    place.replaceChildren();
    opener.setAttribute("aria-expanded", "false");
  }

  /** @param {boolean} series */
  function decide(series) {
    close();
    opener.focus();
    onYes(series);
  }

  place.replaceChildren(el("div", { class: "confirm", role: "group", "aria-label": question },
    el("p", { text: question }), el("div", { class: "confirm-buttons" }, no, yes, all)));
  place.onkeydown = (event) => {
    if (event.key !== "Escape" || !place.firstChild) return;
    close();
    opener.focus();
  };
  opener.setAttribute("aria-expanded", "true");
  no.focus();
}

/** @param {string} look @param {string} label @param {() => void} onPress */
function answer(look, label, onPress) {
  return el("button", { class: look, type: "button", text: label, on: { click: onPress } });
}
