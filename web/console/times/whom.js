// @ts-check
/** Asks whom a part in a time goes to, or comes from; it may be booked, so it changes hands and is not withdrawn. */
import { el } from "../../shared/dom.js";
import { TEXTS } from "../texts.js";

/**
 * Ask in a place of the page.
 * @param {HTMLElement} place  emptied and filled with the question
 * @param {HTMLElement} opener  gets the focus back
 * @param {string} id  of the field
 * @param {string} question
 * @param {string} answer
 * @param {string[]} people
 * @param {(to: string) => void} onChosen
 */
export function askWhom(place, opener, id, question, answer, people, onChosen) {
  const select = el("select", { id }, ...people.map((one) => el("option", { value: one, text: one })));
  const yes = el("button", { class: "button", type: "button", text: answer, on: { click: () => { close(); onChosen(select.value); } } });
  const no = el("button", { class: "button quiet", type: "button", text: TEXTS.cancel, on: { click: close } });

  function close() {
    place.replaceChildren();
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  place.replaceChildren(el("div", { class: "confirm form" },
    el("div", { class: "field" }, el("label", { for: id, text: question }), select),
    el("div", { class: "confirm-buttons" }, yes, no)));
  place.onkeydown = (event) => event.key === "Escape" && place.firstChild && close();
  opener.setAttribute("aria-expanded", "true");
  select.focus();
}
