// @ts-check
/** One opened mailbox: its letters in order, and what a counsellor can do with them. A sent reply is never shown. */
import { askInPage } from "../../shared/confirm.js";
import { el, setText } from "../../shared/dom.js";
import { dayAndTime } from "../../shared/time.js";
import { createAbout } from "../about.js";
import { ApiError } from "../api.js";
import { TEXTS } from "../texts.js";
import { createReply } from "./reply.js";

const texts = TEXTS.letters;
/** @typedef {import("../../shared/types.js").Mailbox} Mailbox */

/**
 * Make the view.
 * @param {import("../api.js").Api} api
 * @param {Mailbox} first
 * @param {{written: Map<string, string>, onBack: () => void, onOver: (why: string) => void}} options
 */
export function createMailbox(api, first, { written, onBack, onOver }) {
  const id = first.mailbox;
  let last = 0;
  let read = 0;
  let waits = true;
  let readBy = first.read_by;
  const about = createAbout("mailbox-heading", texts.replyWanted);
  const seenBy = el("p", { class: "sees" });
  const notice = el("p", { class: "notice", role: "status" });
  const confirm = el("div", { id: "mailbox-confirm" });
  const pages = el("ol", { class: "log pages", "aria-label": texts.log });
  const acknowledge = el("button", { class: "button primary", type: "button", text: texts.acknowledge, on: { click: () => void readIt() } });
  const aside = el("button", { class: "button", type: "button", text: texts.setAside, "aria-expanded": "false" });
  aside.addEventListener("click", () => askInPage(confirm, texts.setAsideAsk, () => void setAside(), aside));
  const reply = createReply({
    before: written.get(id) ?? "",
    onWrite: (text) => written.set(id, text),
    send: (messageId, text) => api.letters.reply(id, messageId, text, last),
    onSent: () => void refresh(),
  });
  const element = el("section", { class: "pane conversation mailbox", "aria-labelledby": "mailbox-heading" },
    el("div", { class: "conversation-head" },
      el("button", { class: "button quiet back", type: "button", text: texts.back, on: { click: onBack } }),
      about.element),
    seenBy, pages, el("div", { class: "mailbox-ways" }, acknowledge, aside), confirm, notice, reply.element);

  /** @param {Mailbox} mailbox */
  function draw(mailbox) {
    last = Math.max(...mailbox.letters.map((page) => page.number));
    about.show(mailbox);
    readBy = mailbox.read_by;
    fit();
    const shown = JSON.stringify(mailbox.letters);
    if (pages.dataset.shown === shown) return;
    const theirs = mailbox.letters.filter((page) => page.sender === "visitor").length;
    if (read && theirs > read) setText(notice, texts.more);
    read = theirs;
    pages.dataset.shown = shown;
    pages.replaceChildren(...mailbox.letters.map(drawPage));
  }

  /** Show who sees to it, and only what there is to do. */
  function fit() {
    setText(seenBy, !waits ? texts.nothingWaits : readBy ? `${texts.readBy(readBy)}.` : texts.notRead);
    acknowledge.hidden = !waits || Boolean(readBy);
    aside.hidden = !waits;
  }

  async function readIt() {
    try {
      await api.letters.acknowledge(id, last);
      await refresh();
      about.heading.focus({ preventScroll: true }); // the button that had it is gone
    } catch (refusal) {
      tell(refusal);
    }
  }

  async function setAside() {
    try {
      await api.letters.setAside(id, last);
      onOver(texts.setAsideDone);
    } catch (refusal) {
      tell(refusal);
    }
  }

  /** @param {unknown} refusal */
  function tell(refusal) {
    setText(notice, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
  }

  async function refresh() {
    try {
      draw(await api.letters.open(id));
    } catch (refusal) {
      if (refusal instanceof ApiError && [404, 410].includes(refusal.status)) onOver(texts.gone);
    }
  }

  draw(first);
  return {
    id,
    element,
    heading: about.heading,
    refresh,
    /** @param {boolean} is  in the list of those that wait for an answer */
    waits(is) {
      waits = is;
      fit();
    },
  };
}

/** @param {import("../../shared/types.js").Page} page */
function drawPage(page) {
  const theirs = page.sender === "visitor";
  const words = el("p", { class: "text", dir: "auto", text: theirs ? page.text ?? "" : texts.sealed });
  const mark = theirs ? "" : page.opened ? texts.opened : texts.unopened;
  return el("li", { class: `message turn ${page.sender}${theirs ? "" : " mine"}` },
    el("p", { class: "sender", text: theirs ? texts.visitor : texts.reply }),
    el("div", { class: "bubble" }, words),
    el("p", { class: "meta" }, el("time", { datetime: page.at, text: dayAndTime(page.at) }), mark));
}

/** @typedef {ReturnType<typeof createMailbox>} MailboxView */
