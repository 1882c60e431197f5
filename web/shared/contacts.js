// @ts-check
/** Contact cards: who can help, how to reach them, whether they answer now. */
import { el } from "./dom.js";
import { phoneLink, webLink } from "./richtext.js";

/** @typedef {import("./types.js").Contact} Contact */
/**
 * @typedef {object} ContactTexts
 * @property {(phone: string) => string} call
 * @property {string} web
 * @property {string} newTab
 * @property {string} openNow
 * @property {string} closedNow
 * @property {(when: string) => string} opens
 * @property {string} unchecked
 * @property {string} list  label of the list
 */

/**
 * Draw the cards, or nothing when there are none.
 * @param {Contact[] | undefined} contacts
 * @param {ContactTexts} texts
 * @returns {HTMLElement | null}
 */
export function contactList(contacts, texts) {
  if (!contacts || contacts.length === 0) return null;
  return el("ul", { class: "contacts", "aria-label": texts.list }, ...contacts.map((contact) => card(contact, texts)));
}

/**
 * @param {Contact} contact
 * @param {ContactTexts} texts
 */
function card(contact, texts) {
  return el(
    "li",
    { class: "contact" },
    el("p", { class: "contact-name" }, el("strong", { text: contact.name }), openMark(contact, texts)),
    contact.what ? el("p", { class: "contact-what", text: contact.what }) : null,
    contact.hours ? el("p", { class: "contact-hours", text: contact.hours }) : null,
    ways(contact, texts),
    contact.phone && contact.phone_note ? el("p", { class: "contact-note", text: contact.phone_note }) : null,
    contact.checked === false ? el("p", {}, el("span", { class: "unchecked", text: texts.unchecked })) : null,
  );
}

/**
 * @param {Contact} contact
 * @param {ContactTexts} texts
 */
function openMark(contact, texts) {
  if (contact.open_now === true) return el("span", { class: "open-mark is-open", text: texts.openNow });
  if (contact.open_now === false) return el("span", { class: "open-mark", text: contact.opens ? texts.opens(contact.opens) : texts.closedNow });
  return null;
}

/**
 * @param {Contact} contact
 * @param {ContactTexts} texts
 */
function ways(contact, texts) {
  const links = [];
  if (contact.phone) {
    const link = phoneLink(contact.phone, texts.call(contact.phone));
    link.classList.add("contact-call");
    links.push(link);
  }
  const host = hostOf(contact.url);
  if (contact.url && host) {
    const link = webLink(contact.url, host);
    link.append(el("span", { class: "visually-hidden", text: ` ${texts.newTab}` }));
    links.push(link);
  }
  if (contact.email) links.push(el("a", { href: `mailto:${contact.email}`, text: contact.email }));
  return links.length ? el("p", { class: "contact-ways" }, ...links) : null;
}

/**
 * Give the host of a web address; null for anything else, so that no other kind of link is made.
 * @param {string | null | undefined} url
 * @returns {string | null}
 */
function hostOf(url) {
  try {
    const parsed = new URL(url ?? "");
    return /^https?:$/.test(parsed.protocol) ? parsed.host.replace(/^www\./, "") : null;
  } catch {
    return null;
  }
}
