// @ts-check
/** A week of times, a list for every day: columns where there is room, one below the other on a phone. */
import { el, setText } from "../../shared/dom.js";
import { createCards } from "../cards.js";
import { TEXTS } from "../texts.js";
import { dayHeading, plus, today } from "./dates.js";
import { createTimeCard } from "./time-card.js";

const texts = TEXTS.times;
/** @typedef {import("../../shared/types.js").Time} Time */
/** @typedef {import("../../shared/types.js").Plan} Plan */

/**
 * Make the week.
 * @param {import("../api.js").Api} api
 * @param {{name: string, onChange: () => void, onSay: (text: string) => void}} options
 */
export function createWeek(api, { name, onChange, onSay }) {
  const nothing = el("p", { class: "hint", text: texts.nothingAtAll });
  const days = Array.from({ length: 7 }, () => day(api, { name, onChange, onSay }));
  const element = el("div", { class: "week-place" }, nothing, el("div", { class: "week" }, ...days.map((one) => one.element)));
  nothing.hidden = true;

  return {
    element,
    /** @param {string} start @param {Plan} plan */
    show(start, plan) {
      days.forEach((one, index) => {
        const date = plus(start, index);
        one.show(date, plan.times.filter((time) => time.start.slice(0, 10) === date), plan);
      });
      nothing.hidden = plan.times.length > 0;
    },
  };
}

/**
 * @param {import("../api.js").Api} api
 * @param {{name: string, onChange: () => void, onSay: (text: string) => void}} options
 */
function day(api, options) {
  const heading = el("h3", { tabindex: -1 });
  const mark = el("span", { class: "visually-hidden", text: texts.today });
  const none = el("p", { class: "hint", text: texts.nothing });
  const list = el("ul", { class: "day-times" });
  const element = el("section", { class: "day" }, el("div", { class: "day-head" }, heading, mark), none, list);
  /** @type {Plan} */
  let whole;
  const cards = createCards(list, heading, (/** @type {Time} */ one) => one.id, (id) => {
    const card = createTimeCard(api, id, options);
    return { ...card, update: (/** @type {Time} */ time) => card.update(time, whole) };
  });

  return {
    element,
    /** @param {string} date @param {Time[]} times @param {Plan} plan */
    show(date, times, plan) {
      setText(heading, dayHeading(date));
      mark.hidden = date !== today();
      element.classList.toggle("is-today", date === today());
      element.classList.toggle("is-empty", times.length === 0);
      none.hidden = times.length > 0;
      whole = plan;
      cards.draw(times);
    },
  };
}
