// @ts-check
/** What is known of an open conversation or mailbox: urgency, topic, risks with the words that raised them, language. */
import { el, setText } from "../shared/dom.js";
import { TEXTS, languageName } from "./texts.js";

const texts = TEXTS.conversation;
/** @typedef {Pick<import("../shared/types.js").Conversation, "pseudonym" | "title" | "risks" | "lang"> & {route: string | null, channel?: string, risk_words?: {risk: string, words: string[]}[]}} Known */

/**
 * Make the place, with the heading in it.
 * @param {string} id  of the heading
 * @param {string} other  said of a route without a word of its own
 */
export function createAbout(id, other) {
  const heading = el("h2", { id, tabindex: -1 });
  const badge = el("span", { class: "badge" });
  const facts = el("p", { class: "facts" });
  const risks = el("ul", { class: "risks", "aria-label": texts.riskWords });
  const element = el("div", { class: "about conversation-who" }, el("div", { class: "about-line" }, heading, badge), facts, risks);

  return {
    element,
    heading,
    /** @param {Known} known */
    show({ pseudonym, route, title, risks: heard, lang, channel = "", risk_words = [] }) {
      setText(heading, pseudonym);
      setText(badge, TEXTS.routes[route ?? ""] ?? other);
      badge.className = `badge ${route ?? ""}`;
      setText(facts, [title ?? TEXTS.queue.noTopic, languageName(lang), TEXTS.channels[channel] ?? channel].filter(Boolean).join(" · "));
      const words = new Map(risk_words.map((one) => [one.risk, one.words]));
      const shown = JSON.stringify([heard, [...words]]);
      if (risks.dataset.shown === shown) return;
      risks.dataset.shown = shown;
      risks.replaceChildren(...heard.map((risk) => riskItem(risk.title, words.get(risk.id) ?? [])));
      risks.hidden = heard.length === 0;
    },
  };
}

/** @param {string} title @param {string[]} words  the visitor's */
function riskItem(title, words) {
  return el("li", {}, el("span", { text: title }), words.length ? el("span", { class: "risk-words", text: texts.quoted(words) }) : null);
}
