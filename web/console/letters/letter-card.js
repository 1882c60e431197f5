// @ts-check
/** One mailbox in the list: how urgent, what about, how long it has waited, who sees to it. No words from it. */
import { el, setText } from "../../shared/dom.js";
import { waited } from "../../shared/time.js";
import { TEXTS, languageName } from "../texts.js";

const texts = TEXTS.letters;
/** @type {Intl.DateTimeFormatOptions} */
const EXPIRES = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };

/**
 * Make a card that can be updated in place, so that it keeps the focus.
 * @param {string} id
 * @param {(id: string) => void} onOpen
 */
export function createLetterCard(id, onOpen) {
  const badge = el("span", { class: "badge" });
  const clock = el("span", { class: "clock" });
  const who = el("span", { class: "who" });
  const title = el("p", { class: "card-title" });
  const risks = el("ul", { class: "risks", "aria-label": TEXTS.queue.risks });
  const due = el("p", { class: "due" });
  const expires = el("p", { class: "due late" });
  const facts = el("p", { class: "facts" });
  const button = el("button", { class: "button", type: "button", text: texts.open, on: { click: () => onOpen(id) } });
  const element = el("li", { class: "card" },
    el("p", { class: "card-head" }, badge, el("span", { class: "card-time" }, clock)),
    el("p", { class: "card-who" }, who), title, risks, due, expires, facts, el("p", { class: "card-buttons" }, button));
  let came = 0;
  /** @type {number | null} */
  let mustBy = null;

  const shown = {
    element,
    /** @param {import("../../shared/types.js").Letter} letter */
    update(letter) {
      element.classList.toggle("emergency", letter.red);
      setText(badge, TEXTS.routes[letter.route ?? ""] ?? texts.replyWanted);
      badge.className = `badge ${letter.route ?? ""}`;
      setText(who, letter.pseudonym);
      setText(title, letter.title ?? TEXTS.queue.noTopic);
      const names = letter.risks.map((risk) => risk.title);
      if (risks.dataset.names !== names.join("|")) {
        risks.dataset.names = names.join("|");
        risks.replaceChildren(...names.map((name) => el("li", { text: name })));
      }
      risks.hidden = names.length === 0;
      const by = letter.read_by ? texts.readBy(letter.read_by) : "";
      setText(facts, [texts.count(letter.count), languageName(letter.lang), by].filter(Boolean).join(" · "));
      button.setAttribute("aria-label", texts.openWho(letter.pseudonym));
      came = Date.now() - letter.waiting_seconds * 1000;
      // reckoned from the server's clock, which was at `at` + `waiting_seconds` just now
      mustBy = letter.due && !letter.read_by ? came + Date.parse(letter.due) - Date.parse(letter.at) : null;
      expires.hidden = letter.expires === null;
      setText(expires, letter.expires === null ? "" : texts.expires(new Date(letter.expires).toLocaleString("sv-SE", EXPIRES)));
      shown.tick();
    },
    tick() {
      setText(clock, texts.came(waited((Date.now() - came) / 1000)));
      due.hidden = mustBy === null;
      if (mustBy === null) return;
      const left = (mustBy - Date.now()) / 1000;
      due.classList.toggle("late", left <= 0);
      setText(due, left > 0 ? texts.due(waited(left)) : texts.overdue(waited(-left)));
    },
    /** @param {boolean} is  opened beside the list */
    current(is) {
      element.classList.toggle("current", is);
      if (is) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    },
  };
  return shown;
}

/** @typedef {ReturnType<typeof createLetterCard>} LetterCard */
