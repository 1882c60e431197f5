// @ts-check
/**
 * The six words that open a mailbox, drawn to be copied down by hand: numbered, large, one a line.
 * There is no button that copies them, on purpose: docs/decisions/0007-six-words.md.
 */
import { el } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { TEXTS } from "./texts.js";

const COUNT = 6;
const SHOW = "words:show";

/**
 * Draw a message that holds six words. Read as text it is the same as any other message.
 * @param {import("../shared/types.js").Message} message
 * @returns {HTMLElement | null} null: it holds none
 */
export function sixWords(message) {
  const [first, ...rest] = message.text.split("\n\n");
  const words = first.split(" ");
  if (words.length !== COUNT || !message.choices?.some((choice) => choice.payload === SHOW)) return null;
  const after = el("p", {});
  fill(after, rest.join("\n\n"));
  // a page that is translated must leave the words alone
  const list = el("ol", { class: "six-words", translate: "no", lang: "sv", "aria-label": TEXTS.sixWords });
  words.forEach((word, index) => list.append(index ? " " : "", el("li", { text: word })));
  return el("div", { class: "text words" }, list, "\n\n", after);
}
