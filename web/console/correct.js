// @ts-check
/** Say what a conversation is really about and how urgent it is; the server puts it in its place in the queue. */
import { el, setText } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.correct;
const ROUTES = ["emergency", "human_now", "offer_human"];
/** @typedef {import("../shared/types.js").Card} Card */

/**
 * Make the button that opens the form in a place.
 * @param {import("./api.js").Api} api
 * @param {HTMLElement} place
 * @param {() => Card} current
 * @param {(card: Card) => void} onDone
 */
export function correctButton(api, place, current, onDone) {
  const button = el("button", { class: "button quiet correct", type: "button", text: texts.open, "aria-expanded": "false", on: { click: () => void open() } });

  function close() {
    place.replaceChildren();
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  async function open() {
    if (button.getAttribute("aria-expanded") === "true") return close();
    button.setAttribute("aria-expanded", "true");
    const form = correctForm(api, current(), { onCancel: close, onDone: (card) => { close(); onDone(card); } });
    place.replaceChildren(form.element);
    place.onkeydown = (event) => event.key === "Escape" && place.contains(form.element) && close();
    form.first.focus();
  }

  return button;
}

/**
 * @param {import("./api.js").Api} api
 * @param {Card} card
 * @param {{onCancel: () => void, onDone: (card: Card) => void}} events
 */
function correctForm(api, card, { onCancel, onDone }) {
  const id = `correct-${card.id}`;
  const topic = el("select", { id: `${id}-topic` }, el("option", { value: card.topic ?? "", text: card.title ?? texts.unknown }));
  const routes = ROUTES.map((route) => el("input", { type: "radio", id: `${id}-${route}`, name: `${id}-route`, value: route }));
  for (const one of routes) one.checked = one.value === card.route;
  const problem = el("p", { class: "notice error", role: "alert" });
  const element = el("form", { class: "confirm form", novalidate: true, "aria-label": `${texts.heading}, ${card.pseudonym}` },
    el("div", { class: "field" }, el("label", { for: topic.id, text: texts.topic }), topic),
    el("fieldset", {}, el("legend", { text: texts.route }), el("p", { class: "hint", text: texts.routeHint }),
      ...routes.map((one) => el("p", { class: "option" }, one, el("label", { for: one.id, text: TEXTS.routes[one.value] })))),
    problem,
    el("div", { class: "confirm-buttons" }, el("button", { class: "button primary", type: "submit", text: texts.save }),
      el("button", { class: "button", type: "button", text: TEXTS.cancel, on: { click: onCancel } })));

  /** @param {unknown} refusal */
  const tell = (refusal) => setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
  api.topics().then((topics) => fillTopics(topic, topics, card.topic), tell);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const route = routes.find((one) => one.checked)?.value;
    const change = { ...(topic.value && topic.value !== card.topic ? { topic: topic.value } : {}), ...(route && route !== card.route ? { route } : {}) };
    try {
      onDone(Object.keys(change).length ? await api.correct(card.id, change) : card);
    } catch (refusal) {
      tell(refusal);
    }
  });
  return { element, first: topic };
}

/**
 * @param {HTMLSelectElement} select
 * @param {import("../shared/types.js").Topic[]} topics
 * @param {string | null} current
 */
function fillTopics(select, topics, current) {
  const groups = [...new Set(topics.map((topic) => topic.group))];
  const known = topics.some((topic) => topic.id === current);
  select.replaceChildren(
    ...(known ? [] : [...select.options].slice(0, 1)),
    ...groups.map((group) => el("optgroup", { label: texts.groups[group] ?? group },
      ...topics.filter((topic) => topic.group === group).map((topic) => el("option", { value: topic.id, text: topic.title })))));
  select.value = current ?? "";
}
