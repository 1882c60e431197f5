// @ts-check
/** Put a text into a node, with web addresses and 112 as links. Never as markup. */
import { el } from "./dom.js";

// No look-behind: older phones cannot parse it. Group 1: an address. Groups 2 and 3: what precedes 112, and 112.
const LINKS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])|(^|[^\d-])(112)(?![\d-]| \d)/g;

/**
 * Fill a node with a text.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function fill(node, text) {
  let end = 0;
  for (const match of text.matchAll(LINKS)) {
    const start = (match.index ?? 0) + (match[2] ? match[2].length : 0);
    node.append(text.slice(end, start), match[1] ? webLink(match[1], match[1]) : phoneLink("112", "112"));
    end = (match.index ?? 0) + match[0].length;
  }
  node.append(text.slice(end));
}

/**
 * Link to another site, which learns nothing of where the reader came from.
 * @param {string} url
 * @param {string} label
 * @returns {HTMLAnchorElement}
 */
export function webLink(url, label) {
  return el("a", { href: url, rel: "noreferrer noopener", target: "_blank", text: label });
}

/**
 * Link to a phone number.
 * @param {string} phone
 * @param {string} label
 * @returns {HTMLAnchorElement}
 */
export function phoneLink(phone, label) {
  return el("a", { class: "tel", href: `tel:${phone.replace(/[^\d+]/g, "")}`, text: label });
}
