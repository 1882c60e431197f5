// @ts-check
/** Put a text into a node, with web addresses and phone numbers as links. Never as markup. */
import { el } from "./dom.js";

// No look-behind: older phones cannot parse it. Group 1: an address. Group 2: what precedes a number. Group 3: the number,
// 112 and the other short ones, or one with an area code as Swedes write it: 020-50 50 50.
const LINKS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])|(^|[^\d-])(112(?! \d)|1177|11[34] ?1[34]|116 ?\d{3}|90 ?101|0\d{1,3}-\d{2,3}(?: \d{2,3}){1,3})(?![\d-])/g;

/**
 * Fill a node with a text.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function fill(node, text) {
  let end = 0;
  for (const match of text.matchAll(LINKS)) {
    const start = (match.index ?? 0) + (match[2] ? match[2].length : 0);
    node.append(text.slice(end, start), match[1] ? webLink(match[1], match[1]) : phoneLink(match[3], match[3]));
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
