// @ts-check
/** The open conversation: what may be seen, what is said, and the ways to end it. */
import { createComposer } from "../shared/composer.js";
import { askInPage } from "../shared/confirm.js";
import { el, setText, uuid } from "../shared/dom.js";
import { ApiError } from "./api.js";
import { draftList } from "./drafts.js";
import { createEntries } from "./entries.js";
import { TEXTS, languageName } from "./texts.js";

const MAX_LENGTH = 4000;
const TYPING_LASTS_MS = 4000;
const texts = TEXTS.conversation;

/** @typedef {import("../shared/types.js").Conversation} Conversation */

/**
 * Make the view of one conversation.
 * @param {import("./api.js").Api} api
 * @param {Conversation} first
 * @param {{onBack: () => void, onOver: (why: string) => void}} events
 */
export function createConversationView(api, first, { onBack, onOver }) {
  const id = first.id;
  let shared = seenKey(first);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typingTimer;

  const heading = el("h2", { id: "conversation-heading", tabindex: -1 });
  const about = el("p", { class: "facts" });
  const share = el("p", { class: "share" });
  const hidden = el("p", { class: "hidden-count" });
  const notice = el("p", { class: "notice", role: "status" });
  const typing = el("p", { class: "visitor-types", role: "status" });
  const drafts = el("div");
  const confirm = el("div", { id: "conversation-confirm" });
  const entries = createEntries(deliver);
  const composer = createComposer({ id: "reply", max: MAX_LENGTH, texts: TEXTS.composer, onSend: say, onTyping: () => void api.typing(id) });
  const release = action(texts.release, "button", texts.releaseAsk, () => api.release(id), "released");
  const close = action(texts.close, "button danger", texts.closeAsk, () => api.close(id), "closed");
  const element = el("section", { class: "pane conversation", "aria-labelledby": "conversation-heading" },
    el("div", { class: "conversation-head" },
      el("button", { class: "button quiet back", type: "button", text: texts.back, on: { click: onBack } }),
      el("div", { class: "conversation-who" }, heading, about),
      el("div", { class: "conversation-actions" }, release, close)),
    confirm,
    el("div", { class: "sees", role: "group", "aria-label": texts.sees }, el("p", { class: "sees-label", text: texts.sees }), share, hidden),
    entries.element,
    el("div", { class: "conversation-under" }, typing, notice, drafts, composer.element));

  /** @param {Conversation} conversation */
  function describe(conversation) {
    setText(heading, conversation.pseudonym);
    const risks = conversation.risks.map((risk) => risk.title);
    setText(about, [TEXTS.routes[conversation.route], conversation.title, ...risks, languageName(conversation.lang), TEXTS.channels[conversation.channel] ?? conversation.channel].filter(Boolean).join(" · "));
    setText(share, texts.share[conversation.share] ?? "");
    setText(hidden, conversation.hidden > 0 ? texts.hidden(conversation.hidden) : "");
    const list = draftList(conversation.drafts, (text) => {
      composer.put([composer.field.value, text].filter(Boolean).join("\n"));
      composer.field.focus();
    });
    if (drafts.dataset.was !== JSON.stringify(conversation.drafts ?? [])) {
      drafts.dataset.was = JSON.stringify(conversation.drafts ?? []);
      drafts.replaceChildren(...(list ? [list] : []));
    }
    for (const message of conversation.messages ?? []) entries.add(message);
  }

  /** @param {string} text */
  function say(text) {
    const messageId = uuid();
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

  /**
   * @param {string} label
   * @param {string} look
   * @param {{question: string, yes: string, no: string}} question
   * @param {() => Promise<unknown>} act
   * @param {string} why
   */
  function action(label, look, question, act, why) {
    const button = el("button", { class: look, type: "button", text: label, "aria-expanded": "false" });
    button.addEventListener("click", () => askInPage(confirm, question, async () => {
      try {
        await act();
        onOver(why);
      } catch (refusal) {
        setText(notice, refusal instanceof ApiError ? refusal.text : TEXTS.failed);
      }
    }, button));
    return button;
  }

  async function refresh(/** @type {number} */ after) {
    try {
      describe(await api.conversation(id, after));
    } catch (refusal) {
      if (refusal instanceof ApiError && [403, 404, 410].includes(refusal.status)) onOver("not_yours");
    }
  }

  describe(first);
  return {
    id,
    element,
    heading,
    toEnd: entries.toEnd,
    /** Fetch what was missed while the socket was down. */
    catchUp: () => refresh(entries.last),
    /** @param {Conversation} conversation  without messages; when more may be seen, they are fetched */
    update(conversation) {
      describe({ ...conversation, drafts: conversation.drafts ?? first.drafts });
      if (shared === seenKey(conversation)) return;
      shared = seenKey(conversation);
      void refresh(0);
    },
    /** @param {import("../shared/types.js").Message} message */
    add(message) {
      if (message.sender === "visitor") setText(typing, "");
      entries.add(message);
    },
    visitorTypes() {
      clearTimeout(typingTimer);
      setText(typing, texts.typing);
      typingTimer = setTimeout(() => setText(typing, ""), TYPING_LASTS_MS);
    },
    visitorLeft() {
      setText(notice, texts.ended.left);
    },
  };
}

/** @param {Conversation} conversation */
function seenKey(conversation) {
  return `${conversation.share} ${conversation.hidden}`;
}

/** @typedef {ReturnType<typeof createConversationView>} ConversationView */
