// @ts-check
/** A button that copies a text, and says whether it did. */
import { el, setText } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

const SHOWN_MS = 6000;

/**
 * Make the button with its word of what happened.
 * @param {() => string} text
 * @param {HTMLElement} source  marked when copying is not allowed, so that it can be done by hand
 */
export function copyButton(text, source) {
  const told = el("span", { class: "copied", role: "status" });
  const button = el("button", { class: "button", type: "button", text: TEXTS.copy.button, on: { click: copy } });

  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      setText(told, TEXTS.copy.done);
    } catch { // no permission, or not https
      window.getSelection()?.selectAllChildren(source);
      setText(told, TEXTS.copy.failed);
    }
    setTimeout(() => setText(told, ""), SHOWN_MS);
  }

  return el("span", { class: "copy" }, button, told);
}
