// @ts-check
/** The two forms before the console: log in, and the forced change of a one-time password. */
import { el, setText } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { TEXTS } from "./texts.js";

const SHORTEST = 12;

/**
 * Draw the login form.
 * @param {import("./api.js").Api} api
 * @param {{notice: string, onLogin: (me: import("./api.js").Me, password: string) => void}} options
 */
export function loginForm(api, { notice, onLogin }) {
  const texts = TEXTS.login;
  const name = field("name", texts.name, { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const password = field("password", texts.password, { type: "password", autocomplete: "current-password" });
  return form(texts, [notice ? el("p", { class: "notice", role: "status", text: notice }) : null, name.row, password.row], async () => {
    onLogin(await api.login(name.input.value.trim(), password.input.value), password.input.value);
  });
}

/**
 * Draw the form for a password of one's own.
 * @param {import("./api.js").Api} api
 * @param {{name: string, old: string, onDone: () => void}} options  old: just used to log in, or ""
 */
export function passwordForm(api, { name, old, onDone }) {
  const texts = TEXTS.password;
  const user = el("input", { type: "text", name: "username", autocomplete: "username", value: name, hidden: true, readonly: true });
  const before = field("old", texts.old, { type: "password", autocomplete: "current-password" });
  before.input.value = old;
  const fresh = field("new", texts.fresh, { type: "password", autocomplete: "new-password", minlength: SHORTEST }, texts.hint);
  const again = field("repeat", texts.repeat, { type: "password", autocomplete: "new-password" });
  return form(texts, [user, before.row, fresh.row, again.row], async () => {
    if (fresh.input.value.length < SHORTEST) throw new ApiError(0, "weak_password", texts.short);
    if (fresh.input.value !== again.input.value) throw new ApiError(0, "differ", texts.differ);
    await api.password(before.input.value, fresh.input.value);
    onDone();
  });
}

/**
 * @param {{heading: string, lead: string, submit: string}} texts
 * @param {(HTMLElement | null)[]} rows
 * @param {() => Promise<void>} onSubmit  an ApiError is shown
 */
function form(texts, rows, onSubmit) {
  const error = el("p", { class: "notice error", role: "alert" });
  const button = el("button", { class: "button primary wide", type: "submit", text: texts.submit });
  const node = el("form", { class: "gate", novalidate: true },
    el("h1", { text: texts.heading }), el("p", { class: "hint", text: texts.lead }), ...rows, error, button);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    setText(error, "");
    try {
      await onSubmit();
    } catch (refusal) {
      setText(error, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return el("main", { class: "gate-page" }, el("img", { class: "mark", src: "/static/shared/mark.svg", alt: "", width: 48, height: 48 }), node);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {Record<string, any>} attributes
 * @param {string} [hint]
 */
function field(name, label, attributes, hint) {
  const id = `gate-${name}`;
  const input = el("input", { id, name, required: true, ...attributes, ...(hint ? { "aria-describedby": `${id}-hint` } : {}) });
  const row = el("div", { class: "field" }, el("label", { for: id, text: label }), input, hint ? el("p", { id: `${id}-hint`, class: "hint", text: hint }) : null);
  return { row, input };
}
