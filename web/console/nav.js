// @ts-check
/** The three parts of the console and how much waits in each. The address's hash holds the choice, so "back" works. */
import { el, setText } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.nav;
/** @typedef {"talks" | "letters" | "times"} Part */
/** @type {Record<string, Part>} */
const PARTS = { "#samtal": "talks", "#meddelanden": "letters", "#tider": "times" };

/**
 * Make the navigation.
 * @param {(part: Part) => void} onShow  called at once with the part of the address, and at every change
 */
export function createNav(onShow) {
  const links = Object.fromEntries(Object.entries(PARTS).map(([hash, part]) => [part, link(hash, texts[part])]));
  const news = el("span", { class: "visually-hidden", role: "status" });
  const element = el("nav", { class: "parts", "aria-label": texts.label }, ...Object.values(links).map((one) => one.element), news);
  /** @type {Part | null} */
  let shown = null;
  /** @type {number | null} null: what waited before we came is not news */
  let unread = null;

  function read() {
    const part = PARTS[window.location.hash] ?? "talks";
    if (part === shown) return;
    shown = part;
    if (part === "talks") links.talks.news("");
    setText(news, "");
    for (const [name, one] of Object.entries(links)) one.current(name === part);
    onShow(part);
  }

  window.addEventListener("hashchange", read);
  return {
    element,
    read,
    /** @param {Part} part */
    go(part) {
      window.location.hash = Object.keys(PARTS).find((hash) => PARTS[hash] === part) ?? "";
      read();
    },
    /** Somebody wrote in a conversation of mine that is not in sight now. */
    spoken() {
      if (shown === "talks") return;
      links.talks.news(texts.spoken);
      setText(news, texts.spoken);
    },
    focus: () => /** @type {HTMLElement | null} */ (element.querySelector("[aria-current]"))?.focus(),
    /** @param {import("../shared/types.js").Queue} queue */
    count({ waiting, letters }) {
      links.talks.count(waiting.length, texts.waiting(waiting.length), waiting.some((card) => card.route === "emergency"));
      if (!letters) return;
      links.letters.count(letters.unread, texts.unread(letters.unread, letters.red), letters.red > 0);
      if (unread !== null && letters.unread > unread) setText(news, texts.newLetter);
      else if (news.textContent === texts.newLetter) setText(news, "");
      unread = letters.unread;
    },
    stop: () => window.removeEventListener("hashchange", read),
  };
}

/** @param {string} hash @param {string} label */
function link(hash, label) {
  const number = el("span", { class: "number", "aria-hidden": "true" });
  const words = el("span", { class: "visually-hidden" });
  const spoken = el("span", { class: "visually-hidden" });
  const element = el("a", { class: "part", href: hash }, el("span", { class: "part-name", text: label }), number, words, spoken);
  number.hidden = true;
  return {
    element,
    /** @param {boolean} is */
    current(is) {
      if (is) element.setAttribute("aria-current", "page");
      else element.removeAttribute("aria-current");
    },
    /** @param {string} text */
    news(text) {
      element.classList.toggle("has-news", text !== "");
      setText(spoken, text && ` ${text}`);
    },
    /** @param {number} n @param {string} inWords @param {boolean} urgent */
    count(n, inWords, urgent) {
      number.hidden = n === 0;
      setText(number, n ? String(n) : "");
      number.classList.toggle("urgent", urgent);
      setText(words, n ? ` (${inWords})` : "");
    },
  };
}
