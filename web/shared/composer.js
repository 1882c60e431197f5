// @ts-check
/**
 * The box where one writes: grows, sends on Enter, new line on Shift+Enter, counts near the end.
 * What happens to the text is the caller's.
 */
import { el, setText } from "./dom.js";

const TYPING_EVERY_MS = 3000;
const COUNT_FROM = 0.85;

/**
 * @typedef {object} Composer
 * @property {HTMLFormElement} element
 * @property {HTMLTextAreaElement} field
 * @property {(text: string) => void} put   replace the text
 * @property {() => void} clear
 */

/**
 * Build a composer.
 * @param {object} options
 * @param {string} options.id
 * @param {number} options.max   characters
 * @param {{label: string, placeholder: string, send: string, left: (n: number) => string}} options.texts
 * @param {(text: string) => void} options.onSend
 * @param {() => void} options.onTyping  at most every third second
 * @returns {Composer}
 */
export function createComposer({ id, max, texts, onSend, onTyping }) {
  const field = el("textarea", {
    id, rows: 1, maxlength: max, placeholder: texts.placeholder, dir: "auto", enterkeyhint: "send",
    autocomplete: "off", autocapitalize: "sentences",
    spellcheck: "false", // a browser's "enhanced" spelling check sends the text away
    "aria-describedby": `${id}-left`,
  });
  const left = el("p", { id: `${id}-left`, class: "composer-left", role: "status" });
  const element = el("form", { class: "composer", autocomplete: "off", novalidate: true },
    el("label", { class: "visually-hidden", for: id, text: texts.label }),
    el("div", { class: "composer-row" }, field, el("button", { class: "button primary composer-send", type: "submit", text: texts.send })),
    left);
  field.value = ""; // Firefox puts old text back on reload
  let typedAt = 0;

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
    const rest = max - field.value.length;
    setText(left, field.value.length >= max * COUNT_FROM ? texts.left(rest) : "");
  }
  /** @param {string} text */
  function put(text) {
    field.value = text.slice(0, max);
    grow();
  }
  function submit() {
    const text = field.value.trim();
    if (!text) return;
    put("");
    typedAt = 0;
    onSend(text);
  }

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    grow();
    const now = Date.now();
    if (!field.value.trim() || now - typedAt < TYPING_EVERY_MS) return;
    typedAt = now;
    onTyping();
  });
  return { element, field, put, clear: () => put("") };
}
