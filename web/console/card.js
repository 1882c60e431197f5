// @ts-check
/** One conversation in the queue: why it waits and how long, and no words from it. */
import { el, setText } from "../shared/dom.js";
import { clockTime, waited } from "../shared/time.js";
import { correctButton } from "./correct.js";
import { shortReach } from "./reach.js";
import { TEXTS, languageName } from "./texts.js";

/** @typedef {import("../shared/types.js").Card} Card */
/** @typedef {"waiting" | "mine" | "taken"} Place */

/**
 * Make a card that can be updated in place, so that it keeps the focus.
 * @param {string} id
 * @param {Place} place
 * @param {(id: string) => void} onPress
 * @param {import("./api.js").Api} api
 */
export function createCard(id, place, onPress, api) {
  const badge = el("span", { class: "badge" });
  const who = el("span", { class: "who" });
  const clock = el("span", { class: "clock" });
  const title = el("p", { class: "card-title" });
  const risks = el("ul", { class: "risks", "aria-label": TEXTS.queue.risks });
  const facts = el("p", { class: "facts" });
  const front = el("p", { class: "front", text: TEXTS.queue.front });
  const left = el("p", { class: "front" });
  const reach = el("p", { class: "front" });
  const holder = el("p", { class: "facts" });
  const fresh = el("span", { class: "fresh-mark", text: TEXTS.queue.unread, hidden: true });
  const button = el("button", { class: place === "waiting" ? "button primary" : "button", type: "button", on: { click: () => onPress(id) } });
  const form = el("div", { class: "card-form" });
  /** @type {Card} */
  let known;
  const correct = correctButton(api, form, () => known, (card) => shown.update(card, false));
  const element = el("li", { class: "card" },
    el("p", { class: "card-head" }, badge, el("span", { class: "card-time" }, clock)),
    el("p", { class: "card-who" }, who, fresh), left, front, reach, title, risks, facts,
    place === "taken" ? holder : el("p", { class: "card-buttons" }, button, place === "waiting" ? correct : null), form);
  let since = 0;

  const shown = {
    element,
    /** @param {Card} card @param {boolean} current */
    update(card, current) {
      known = card;
      front.hidden = !card.front || place !== "waiting";
      left.hidden = !card.left_until;
      setText(left, card.left_until ? TEXTS.queue.left(clockTime(card.left_until)) : "");
      correct.setAttribute("aria-label", TEXTS.correct.openWho(card.pseudonym));
      element.classList.toggle("emergency", card.route === "emergency");
      element.classList.toggle("current", current);
      setText(badge, TEXTS.routes[card.route] ?? TEXTS.routeOther);
      badge.className = `badge ${card.route}`;
      setText(who, card.pseudonym);
      setText(title, card.title ?? TEXTS.queue.noTopic);
      const names = card.risks.map((risk) => risk.title);
      if (risks.dataset.names !== names.join("|")) {
        risks.dataset.names = names.join("|");
        risks.replaceChildren(...names.map((name) => el("li", { text: name })));
      }
      risks.hidden = names.length === 0;
      setText(facts, [languageName(card.lang), TEXTS.channels[card.channel] ?? card.channel].filter(Boolean).join(" · "));
      setText(holder, card.holder ? TEXTS.queue.heldBy(card.holder) : TEXTS.queue.heldBySomebody);
      setText(button, place === "waiting" ? TEXTS.queue.claim : TEXTS.queue.open);
      button.setAttribute("aria-label", place === "waiting" ? TEXTS.queue.claimWho(card.pseudonym) : TEXTS.queue.openWho(card.pseudonym));
      if (current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      since = place === "waiting" && card.waiting_seconds !== null ? Date.now() - card.waiting_seconds * 1000 : 0;
      shown.tick();
    },
    tick() {
      const short = shortReach(known);
      setText(reach, short);
      reach.hidden = !short;
      setText(clock, since ? `${TEXTS.queue.waited} ${waited((Date.now() - since) / 1000)}` : "");
    },
    /** @param {boolean} unread */
    mark(unread) {
      fresh.hidden = !unread;
    },
  };
  return shown;
}

/** @typedef {ReturnType<typeof createCard>} QueueCard */
