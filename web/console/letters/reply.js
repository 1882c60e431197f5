// @ts-check
/** The box for a reply that nobody on this side can read again. Enter makes a new line: a letter is not a chat. */
import { el, setText, uuid } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { TEXTS } from "../texts.js";

const MAX_LENGTH = 4000;
const COUNT_FROM = 0.85;
const texts = TEXTS.letters;

/**
 * Make the form.
 * @param {object} options
 * @param {string} options.before  what was half written
 * @param {(text: string) => void} options.onWrite
 * @param {(id: string, text: string) => Promise<unknown>} options.send  a repeat carries the same id
 * @param {() => void} options.onSent
 */
export function createReply({ before, onWrite, send, onSent }) {
  const field = el("textarea", { id: "letter-reply", rows: 5, maxlength: MAX_LENGTH, dir: "auto", autocomplete: "off", spellcheck: "false", "aria-describedby": "letter-once letter-left" });
  const left = el("p", { id: "letter-left", class: "composer-left", role: "status" });
  const told = el("p", { class: "notice", role: "status" });
  const problem = el("p", { class: "notice error", role: "alert" });
  const button = el("button", { class: "button primary", type: "submit", text: texts.send });
  const element = el("form", { class: "reply", novalidate: true, autocomplete: "off" },
    told,
    el("label", { for: field.id, text: texts.replyLabel }),
    el("p", { id: "letter-once", class: "once", text: texts.replyOnce }),
    field, left, problem,
    el("p", { class: "reply-ways" }, button));
  field.value = before;
  let id = uuid();
  let tried = "";

  field.addEventListener("input", () => {
    onWrite(field.value);
    setText(told, "");
    setText(problem, "");
    setText(left, field.value.length >= MAX_LENGTH * COUNT_FROM ? TEXTS.composer.left(MAX_LENGTH - field.value.length) : "");
  });
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (button.getAttribute("aria-disabled") === "true") return;
    setText(problem, text ? "" : texts.emptyReply);
    if (!text) return field.focus();
    button.setAttribute("aria-disabled", "true");
    if (tried && tried !== text) id = uuid(); // the first may have arrived after all: rather both than the wrong one
    tried = text;
    try {
      await send(id, text);
      id = uuid();
      tried = "";
      field.value = "";
      onWrite("");
      setText(left, "");
      setText(told, texts.sent);
      onSent();
    } catch (refusal) {
      setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return { element };
}
