// @ts-check
/** Whether I take visitors now, how much I have, and which colleagues are here. What that means is the server's. */
import { el, setText } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.presence;
/** @typedef {import("../shared/types.js").Presence} Presence */

/**
 * Make the button with its panel, and the notice shown while away.
 * @param {import("./api.js").Api} api
 */
export function createPresence(api) {
  const state = el("span", { class: "presence-state" });
  const short = el("span", { class: "presence-load" });
  const button = el("button", { class: "button presence", type: "button", "aria-expanded": "false", "aria-controls": "presence-panel", on: { click: () => open(panel.hidden) } },
    el("span", { class: "dot", "aria-hidden": "true" }), state, short);
  const here = choice(texts.here, false);
  const away = choice(texts.away, true);
  const load = el("p", { class: "facts" });
  const others = el("ul", { class: "colleagues" });
  const nobody = el("p", { class: "facts", text: texts.alone });
  const problem = el("p", { class: "notice error", role: "status" });
  const panel = el("div", { id: "presence-panel", class: "confirm presence-panel", role: "group", "aria-label": texts.heading },
    el("p", { class: "panel-heading", text: texts.heading }), el("div", { class: "choices" }, here, away), problem,
    el("p", { class: "hint", text: texts.lead }), load,
    el("p", { class: "panel-heading", text: texts.colleagues }), others, nobody);
  const element = el("div", { class: "presence-place" }, button, panel);
  const word = el("p", { role: "status" });
  const back = el("button", { class: "button", type: "button", text: texts.here, on: { click: () => { void set(false); button.focus(); } } });
  const notice = el("div", { class: "banner" }, word, back);
  panel.hidden = true;
  back.hidden = true;

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    open(false);
    button.focus();
  });
  element.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) open(false);
  });

  /** @param {boolean} is */
  function open(is) {
    panel.hidden = !is;
    button.setAttribute("aria-expanded", String(is));
  }

  /** @param {string} label @param {boolean} isAway */
  function choice(label, isAway) {
    return el("button", { class: "button", type: "button", text: label, "aria-pressed": "false", on: { click: () => void set(isAway) } });
  }

  /** @param {boolean} isAway */
  async function set(isAway) {
    setText(problem, "");
    try {
      draw((await api.presence(isAway)).presence);
    } catch (refusal) {
      setText(problem, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
      open(true);
    }
  }

  /** @param {Presence} presence */
  function draw(presence) {
    button.dataset.presence = presence;
    setText(state, texts.states[presence]);
    here.setAttribute("aria-pressed", String(presence !== "away"));
    away.setAttribute("aria-pressed", String(presence === "away"));
    setText(word, presence === "away" ? texts.awayNotice : "");
    back.hidden = presence !== "away";
    notice.classList.toggle("on", presence === "away");
  }

  return {
    element,
    notice,
    /** @param {import("../shared/types.js").Queue} queue */
    show({ presence, load: mine, colleagues }) {
      draw(presence);
      setText(short, texts.short(mine.now, mine.most));
      setText(load, [texts.load(mine.now, mine.most), presence === "full" ? texts.full : ""].join(" ").trim());
      nobody.hidden = colleagues.length > 0;
      others.replaceChildren(...colleagues.map((one) => el("li", { "data-presence": one.presence },
        el("span", { class: "dot", "aria-hidden": "true" }), `${one.name} ${texts.others[one.presence]}`)));
    },
  };
}
