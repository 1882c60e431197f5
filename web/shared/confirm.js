// @ts-check
/**
 * A question inside the page. Not modal: the rest, quick exit above all, stays within reach.
 * Opened only by the reader's own press, so moving focus into it is expected.
 */
import { el } from "./dom.js";

/**
 * Ask in a place of the page.
 * @param {HTMLElement} place  emptied and filled with the question
 * @param {{question: string, yes: string, no: string}} texts
 * @param {() => void} onYes
 * @param {HTMLElement} opener  gets the focus back after a no
 */
export function askInPage(place, texts, onYes, opener) {
  const close = () => {
    place.replaceChildren();
    opener.setAttribute("aria-expanded", "false");
  };
  const no = el("button", { class: "button", type: "button", text: texts.no, on: { click: () => { close(); opener.focus(); } } });
  const yes = el("button", { class: "button danger", type: "button", text: texts.yes, on: { click: () => { close(); onYes(); } } });
  const questionId = `${place.id}-question`;
  place.replaceChildren(
    el("div", { class: "confirm", role: "group", "aria-labelledby": questionId },
      el("p", { id: questionId, text: texts.question }),
      el("div", { class: "confirm-buttons" }, yes, no)));
  place.onkeydown = (event) => {
    if (event.key === "Escape" && place.firstChild) { close(); opener.focus(); }
  };
  opener.setAttribute("aria-expanded", "true");
  no.focus();
}
