// @ts-check
/** The open conversation: what may be seen, what is said, and the ways to end it. */
import { createComposer } from "../shared/composer.js";
import { askInPage } from "../shared/confirm.js";
import { el, setText, uuid } from "../shared/dom.js";
import { clockTime } from "../shared/time.js";
import { createAbout } from "./about.js";
import { createAlarmCard } from "./alarm-card.js";
import { ApiError } from "./api.js";
import { correctButton } from "./correct.js";
import { draftList } from "./drafts.js";
import { createEntries } from "./entries.js";
import { handoverButton } from "./handover.js";
import { createReach } from "./reach.js";
import { TEXTS } from "./texts.js";

const MAX_LENGTH = 4000;
const WEB = "web";
const TYPING_LASTS_MS = 4000;
const texts = TEXTS.conversation;

/** @typedef {import("../shared/types.js").Conversation} Conversation */

/**
 * Make the view of one conversation.
 * @param {import("./api.js").Api} api
 * @param {Conversation} first
 * @param {{onBack: () => void, onOver: (why: string) => void, onLetter: (mailbox: string) => void, colleagues: () => import("../shared/types.js").Colleague[]}} events
 */
export function createConversationView(api, first, { onBack, onOver, onLetter, colleagues }) {
  const id = first.id;
  let known = first;
  let shared = seenKey(first);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typingTimer;

  const about = createAbout("conversation-heading", TEXTS.routeOther);
  const help = createAlarmCard();
  const reach = createReach();
  const share = el("p", { class: "share" });
  const hidden = el("p", { class: "hidden-count" });
  const left = el("p", { class: "sees-label", role: "status" });
  const letter = el("button", { class: "button small", type: "button", text: texts.letter, on: { click: () => known.mailbox && onLetter(known.mailbox) } });
  const notice = el("p", { class: "notice", role: "status" });
  const typing = el("p", { class: "visitor-types", role: "status" });
  const drafts = el("div");
  const confirm = el("div", { id: "conversation-confirm" });
  const entries = createEntries(deliver);
  const composer = createComposer({ id: "reply", max: MAX_LENGTH, texts: TEXTS.composer, onSend: say, onTyping: () => known.channel === WEB && void api.typing(id) }); // nobody sees it on a phone
  const correct = correctButton(api, confirm, () => known, (card) => describe({ ...known, ...card, messages: [] }));
  const handover = handoverButton(api, id, confirm, { colleagues, onOver });
  const close = closeButton();
  const element = el("section", { class: "pane conversation", "aria-labelledby": "conversation-heading" },
    el("div", { class: "conversation-head" },
      el("button", { class: "button quiet back", type: "button", text: texts.back, on: { click: onBack } }),
      about.element,
      el("div", { class: "conversation-actions" }, correct, handover, close)),
    help.element,
    confirm,
    el("div", { class: "sees", role: "group", "aria-label": texts.sees }, el("p", { class: "sees-label", text: texts.sees }), share, hidden, letter, left),
    reach.hint,
    entries.element,
    el("div", { class: "conversation-under" }, typing, notice, reach.element, drafts, composer.element));

  /** @param {Conversation} conversation */
  function describe(conversation) {
    known = conversation;
    about.show(conversation);
    help.show(conversation.alarm);
    setText(share, texts.share[conversation.share] ?? "");
    setText(hidden, conversation.hidden > 0 ? texts.hidden(conversation.hidden) : "");
    setText(left, conversation.left_until ? texts.left(clockTime(conversation.left_until)) : "");
    reach.show(conversation);
    if ((conversation.left_until || conversation.stopped) && notice.textContent === texts.ended.left) setText(notice, ""); // said more surely
    letter.hidden = !conversation.mailbox;
    const list = draftList(conversation.drafts, (text) => {
      composer.put([composer.field.value, text].filter(Boolean).join("\n"));
      composer.field.focus();
    });
    if (drafts.dataset.was !== JSON.stringify(conversation.drafts ?? [])) {
      drafts.dataset.was = JSON.stringify(conversation.drafts ?? []);
      drafts.replaceChildren(...(list ? [list] : []));
    }
    for (const message of conversation.messages ?? []) entries.add(message);
    entries.blank(conversation.blanked);
    const trouble = entries.delivery(conversation.channel === WEB ? null : conversation.delivery);
    if (trouble && !conversation.stopped) setText(notice, trouble);
  }

  /** @param {string} text */
  function say(text) {
    const messageId = uuid();
    setText(notice, "");
    entries.addOwn(messageId, text);
    void deliver(messageId, text);
  }

  /**
   * Send; a repeat carries the same id.
   * @param {string} messageId
   * @param {string} text
   */
  async function deliver(messageId, text) {
    try {
      entries.sent(messageId, (await api.send(id, messageId, text)).seq);
    } catch (refusal) {
      entries.failed(messageId, text, refusal instanceof ApiError ? refusal.text : "");
      if (refusal instanceof ApiError && refusal.code === "not_yours") setText(notice, texts.ended.not_yours);
    }
  }

  function closeButton() {
    const button = el("button", { class: "button danger", type: "button", text: texts.close, "aria-expanded": "false" });
    button.addEventListener("click", () => askInPage(confirm, texts.closeAsk, async () => {
      try {
        await api.close(id);
        onOver("closed");
      } catch (refusal) {
        setText(notice, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
      }
    }, button));
    return button;
  }

  async function refresh(/** @type {number} */ after) {
    try {
      const found = await api.conversation(id, after);
      shared = seenKey(found);
      describe(found);
    } catch (refusal) {
      if (refusal instanceof ApiError && [403, 404, 410].includes(refusal.status)) onOver("not_yours");
    }
  }

  describe(first);
  return {
    id,
    element,
    heading: about.heading,
    toEnd: entries.toEnd,
    /** Fetch what was missed: all of it, for more may be seen now than before. */
    catchUp: () => refresh(0),
    /** @param {Conversation} conversation  without messages; when more may be seen, they are fetched */
    update(conversation) {
      describe({ ...known, ...conversation, messages: [] });
      if (shared === seenKey(conversation)) return;
      shared = seenKey(conversation);
      void refresh(0);
    },
    /** @param {import("../shared/types.js").Message} message */
    add(message) {
      if (message.sender === "visitor") for (const line of [typing, notice]) setText(line, "");
      entries.add(message);
    },
    visitorTypes() {
      clearTimeout(typingTimer);
      setText(typing, texts.typing);
      typingTimer = setTimeout(() => setText(typing, ""), TYPING_LASTS_MS);
    },
    visitorLeft() {
      if (!known.stopped) setText(notice, texts.ended.left);
    },
    stop: reach.stop,
  };
}

/** @param {Conversation} conversation */
function seenKey(conversation) {
  return `${conversation.share} ${conversation.hidden}`;
}

/** @typedef {ReturnType<typeof createConversationView>} ConversationView */
