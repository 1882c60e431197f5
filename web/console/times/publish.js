// @ts-check
/** The form that publishes times, once or repeated, and tells what was left out and why. The rules are the server's. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { TEXTS } from "../texts.js";
import { clock, dayName, today } from "./dates.js";

const texts = TEXTS.times.publish;
const USUAL_MINUTES = "45";
/** @typedef {import("../../shared/types.js").Plan} Plan */
/** @typedef {import("../../shared/types.js").LeftOut} LeftOut */

/**
 * Make the form.
 * @param {import("../api.js").Api} api
 * @param {(first: string) => void} onPublished  with the start of the first
 */
export function createPublish(api, onPublished) {
  const kind = select("kind", texts.kind, {});
  const place = select("place", texts.place, {});
  const audience = select("audience", texts.audience, TEXTS.times.audiences);
  const date = input("date", texts.date, { type: "date", min: today(), required: true });
  const start = input("start", texts.start, { type: "time", step: 300, required: true });
  const minutes = select("minutes", texts.minutes, {});
  const buffer = input("buffer", texts.buffer, { type: "number", min: 0, max: 120, step: 5, value: 15 });
  const two = tick("two", texts.two);
  const repeat = tick("repeat", texts.repeat);
  const every = select("every", texts.every, Object.fromEntries([1, 2, 3, 4].map((n) => [n, texts.weeks(n)])));
  const until = input("until", texts.until, { type: "date", min: today() });
  const repeating = el("div", { class: "form-row" }, every.row, until.row);
  const problem = el("p", { class: "notice error", role: "alert" });
  const told = el("div", { class: "published", role: "status" });
  const element = el("form", { class: "confirm form publish", novalidate: true, "aria-label": texts.open },
    el("div", { class: "form-row" }, kind.row, place.row, audience.row),
    el("div", { class: "form-row" }, date.row, start.row, minutes.row, buffer.row),
    two.row, repeat.row, repeating, el("p", { class: "hint", text: texts.hint }), problem,
    el("div", { class: "confirm-buttons" }, el("button", { class: "button primary", type: "submit", text: texts.submit })), told);

  function fit() {
    place.row.hidden = kind.field.value !== "visit";
    repeating.hidden = !repeat.field.checked;
  }
  fit();
  element.addEventListener("change", fit);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });

  /** Give what is missing, "" when nothing is. */
  function missing() {
    if (!date.field.value || !start.field.value) return texts.missing;
    return repeat.field.checked && !until.field.value ? texts.missingUntil : "";
  }

  async function send() {
    told.replaceChildren();
    setText(problem, missing());
    if (problem.textContent) return (date.field.value && start.field.value ? until : date.field.value ? start : date).field.focus();
    try {
      const { published, left_out } = await api.times.publish(rule());
      report(published.length, left_out);
      if (published.length) onPublished(published[0].start.slice(0, 10));
    } catch (refusal) {
      setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
    }
  }

  function rule() {
    return {
      kind: kind.field.value, place: kind.field.value === "visit" ? place.field.value : null, audience: audience.field.value,
      start: `${date.field.value}T${start.field.value}`, minutes: Number(minutes.field.value), buffer_minutes: Number(buffer.field.value),
      staff_needed: two.field.checked ? 2 : 1,
      ...(repeat.field.checked ? { repeat: { every_weeks: Number(every.field.value), until: until.field.value } } : {}),
    };
  }

  /** @param {number} published @param {LeftOut[]} leftOut */
  function report(published, leftOut) {
    told.replaceChildren(el("p", { text: texts.published(published) }));
    if (leftOut.length === 0) return;
    told.append(el("p", { text: texts.leftOut(leftOut.length) }), el("ul", { class: "left-out" }, ...leftOut.map((one) =>
      el("li", { text: texts.why(`${dayName(one.start)} ${clock(one.start)}`, one.text) }))));
  }

  return {
    element,
    /** @param {Plan} plan  what can be published at all */
    offer({ kinds, places, lengths }) {
      fill(kind.field, kinds.map((one) => [one, TEXTS.times.kinds[one] ?? one]));
      fill(place.field, places.map((one) => [one.id, one.name]));
      fill(minutes.field, lengths.map((one) => [String(one), String(one)]), USUAL_MINUTES);
      fit();
    },
  };
}

/**
 * Fill a field once, so that what has been chosen stays.
 * @param {HTMLSelectElement} field
 * @param {string[][]} options
 * @param {string} [usual]
 */
function fill(field, options, usual = "") {
  if (field.options.length > 0) return;
  field.append(...options.map(([value, text]) => el("option", { value, text })));
  if (options.some(([value]) => value === usual)) field.value = usual;
}

/** @param {string} name @param {string} label @param {Record<string, string>} options */
function select(name, label, options) {
  const field = el("select", { id: `publish-${name}` }, ...Object.entries(options).map(([value, text]) => el("option", { value, text })));
  return { field, row: el("div", { class: "field" }, el("label", { for: field.id, text: label }), field) };
}

/** @param {string} name @param {string} label @param {Record<string, any>} attributes */
function input(name, label, attributes) {
  const field = el("input", { id: `publish-${name}`, autocomplete: "off", ...attributes });
  return { field, row: el("div", { class: "field" }, el("label", { for: field.id, text: label }), field) };
}

/** @param {string} name @param {string} label */
function tick(name, label) {
  const field = el("input", { id: `publish-${name}`, type: "checkbox" });
  return { field, row: el("p", { class: "option" }, field, el("label", { for: field.id, text: label })) };
}
