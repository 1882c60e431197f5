// @ts-check
/** What the bot would have said: suggestions that only the counsellor sees. */
import { contactList } from "../shared/contacts.js";
import { el } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.conversation;

/**
 * Draw the drafts, or nothing.
 * @param {import("../shared/types.js").Draft[] | undefined} drafts
 * @param {(text: string) => void} onCopy
 * @returns {HTMLElement | null}
 */
export function draftList(drafts, onCopy) {
  if (!drafts || drafts.length === 0) return null;
  const box = el("details", { class: "drafts" },
    el("summary", { text: `${texts.drafts} (${drafts.length})` }),
    el("p", { class: "hint", text: texts.draftsLead }),
    el("ul", { class: "draft-items" }, ...drafts.map((draft) =>
      el("li", { class: "draft" },
        el("p", { class: "text", text: draft.text }),
        draft.begun ? el("p", { class: "hint", text: texts.draftBegun }) : null,
        contactList(draft.contacts, TEXTS.contacts),
        el("button", { class: "button", type: "button", text: texts.copy, on: { click: () => { box.open = false; onCopy(asText(draft)); } } })))));
  return box;
}

/**
 * A draft with its numbers, as plain text.
 * @param {import("../shared/types.js").Draft} draft
 */
function asText(draft) {
  const lines = (draft.contacts ?? []).map((contact) => [contact.name, contact.phone, contact.url].filter(Boolean).join(", "));
  return [draft.text, ...lines].join("\n");
}
