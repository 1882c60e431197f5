// @ts-check
/** One bookable time: when, what, for whom, with whom, whether it is taken, and withdrawing, joining or leaving it. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { TEXTS } from "../texts.js";
import { clock, dayName } from "./dates.js";
import { askWhom } from "./whom.js";
import { askWithdraw } from "./withdraw.js";

const texts = TEXTS.times;
/** @typedef {import("../../shared/types.js").Time} Time */

/**
 * Make a card that can be updated in place.
 * @param {import("../api.js").Api} api
 * @param {string} id
 * @param {{name: string, onChange: () => void, onSay: (text: string) => void}} options
 */
export function createTimeCard(api, id, { name, onChange, onSay }) {
  const when = el("p", { class: "time-when" });
  const state = el("span", { class: "time-state" });
  const what = el("p", { class: "time-what" });
  const whom = el("p", { class: "facts" });
  const staff = el("p", { class: "facts" });
  const ask = el("div", { class: "card-form" });
  const whomPlace = el("div", { class: "card-form" });
  const join = press(texts.join, () => void act(() => api.times.join(id)));
  const leave = press(texts.leave, () => void act(() => api.times.leave(id)));
  const take = press(texts.takeOver, () => takeOver());
  const give = press(texts.handOver, () => askWhom(whomPlace, give, `whom-${id}`, texts.handOverTo, texts.handOverYes, colleagues, (to) => void act(() => api.times.handOver(id, { to }))));
  const withdraw = press(texts.withdraw, () => askWithdraw(ask, withdraw, Boolean(known.series), (series) => void act(async () => {
    onSay(texts.withdrawn((await api.times.withdraw(id, series)).withdrawn));
  })));
  const element = el("li", { class: "time" }, el("div", { class: "time-head" }, when, state), what, whom, staff,
    el("p", { class: "card-buttons" }, join, leave, take, give, withdraw), whomPlace, ask);
  /** @type {string[]} */
  let colleagues = [];
  /** @type {Time} */
  let known;

  /** @param {() => Promise<unknown>} call */
  async function act(call) {
    try {
      await call();
    } catch (refusal) {
      onSay(refusal instanceof ApiError ? refusal.text : TEXTS.failed);
    }
    onChange();
  }

  /** Take somebody's part, also of a time that is booked. */
  function takeOver() {
    const from = (/** @type {string} */ whose) => void act(() => api.times.handOver(id, { from: whose }));
    if (!known.second) return from(known.counsellor);
    askWhom(whomPlace, take, `whom-${id}`, texts.whose, texts.whoseYes, [known.counsellor, known.second], from);
  }

  return {
    element,
    /** @param {Time} time @param {import("../../shared/types.js").Plan} plan */
    update(time, plan) {
      known = time;
      colleagues = plan.colleagues.filter((one) => one !== time.counsellor && one !== time.second);
      const place = plan.places.find((one) => one.id === time.place);
      const lone = !time.staffed;
      setText(when, `${clock(time.start)}–${clock(time.end)}`);
      setText(state, time.booked ? (lone ? texts.bookedAlone : texts.booked) : lone ? texts.needsSecond : texts.free);
      state.className = `time-state${lone ? " is-lone" : time.booked ? " is-booked" : ""}`;
      element.classList.toggle("mine", time.mine);
      setText(what, [texts.kinds[time.kind] ?? time.kind, place?.name].filter(Boolean).join(", "));
      setText(whom, texts.audiences[time.audience] ?? time.audience);
      setText(staff, texts.with([time.counsellor, ...(time.second ? [time.second] : [])]));
      join.hidden = time.staff_needed < 2 || Boolean(time.second) || time.mine;
      leave.hidden = time.second !== name || (time.booked && time.staff_needed > 1);
      take.hidden = time.mine || !(time.booked || (lone && join.hidden));
      give.hidden = !time.mine || colleagues.length === 0;
      withdraw.hidden = time.booked; // anybody may: a sick colleague cannot
      const about = `${texts.kinds[time.kind] ?? time.kind} ${dayName(time.start)} ${clock(time.start)}`;
      for (const button of [join, leave, take, give, withdraw]) button.setAttribute("aria-label", texts.name(button.textContent ?? "", about));
    },
  };
}

/** @param {string} label @param {() => void} onPress */
function press(label, onPress) {
  return el("button", { class: "button small", type: "button", text: label, on: { click: onPress } });
}

/** @typedef {ReturnType<typeof createTimeCard>} TimeCard */
