// @ts-check
/** Answer buttons under a message, the weighty one first. Once one is pressed the whole group is settled. */
import { el } from "../shared/dom.js";

/** @typedef {import("../shared/types.js").Choice} Choice */
/**
 * @typedef {object} Group
 * @property {HTMLElement} element
 * @property {Choice[]} choices
 * @property {string | null} answerId  the id of what was sent, while settled
 * @property {(title: string | null, id: string) => void} settle  title of the chosen one, or null
 * @property {() => void} reopen
 */

/**
 * Draw a group of choices.
 * @param {Choice[]} choices
 * @param {string} label
 * @param {(choice: Choice, group: Group) => void} onChoose
 * @returns {Group}
 */
export function choiceGroup(choices, label, onChoose) {
  const large = choices.filter((choice) => choice.weight === "large");
  const buttons = [...large, ...choices.filter((choice) => !large.includes(choice))].map((choice) =>
    el("button", { class: `button choice${choice.weight === "large" ? " large" : ""}`, type: "button", dir: "auto", text: choice.title, on: { click: () => group.answerId === null && onChoose(choice, group) } }));
  /** @type {Group} */
  const group = {
    element: el("div", { class: "choices", role: "group", "aria-label": label }, ...buttons),
    choices,
    answerId: null,
    settle(title, id) {
      group.answerId = id;
      group.element.classList.add("settled");
      // aria-disabled rather than disabled: the pressed button keeps the focus
      for (const button of buttons) {
        button.setAttribute("aria-disabled", "true");
        if (button.textContent === title) button.setAttribute("aria-pressed", "true");
      }
    },
    reopen() {
      group.answerId = null;
      group.element.classList.remove("settled");
      for (const button of buttons) {
        button.removeAttribute("aria-disabled");
        button.removeAttribute("aria-pressed");
      }
    },
  };
  return group;
}

/** Keeps track of the groups on the page, so that an answer given elsewhere settles them too. */
export function createChoiceBook() {
  /** @type {Group[]} */
  let groups = [];
  const open = () => groups.filter((group) => group.answerId === null);
  return {
    /** @param {Group} group */
    add(group) {
      const offered = new Set(group.choices.map((choice) => choice.payload));
      for (const older of open()) { // asked again: the older question is settled
        if (older.choices.every((choice) => offered.has(choice.payload))) older.settle(null, "");
      }
      groups.push(group);
    },
    /**
     * Settle what an earlier visit answered: a replayed visitor message with a choice's title.
     * @param {string} title
     * @param {string} id
     */
    settleByTitle(title, id) {
      const group = open().reverse().find((candidate) => candidate.choices.some((choice) => choice.title === title));
      if (group) group.settle(title, id);
    },
    /** @param {string} id */
    reopenById(id) {
      const group = groups.find((candidate) => candidate.answerId === id);
      if (group) group.reopen();
    },
    /**
     * Settle every group that offers a payload which no longer means anything.
     * @param {string} payload
     */
    settleByPayload(payload) {
      for (const group of open()) if (group.choices.some((choice) => choice.payload === payload)) group.settle(null, "");
    },
    settleAll() {
      for (const group of open()) group.settle(null, "");
    },
    clear() {
      groups = [];
    },
  };
}
