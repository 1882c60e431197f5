// @ts-check
/** The console once logged in: the queue, one open conversation, and what the server pushes. */
import { el, setText } from "../shared/dom.js";
import { createAlert } from "./alert.js";
import { ApiError } from "./api.js";
import { createConversationView } from "./conversation.js";
import { createPush } from "./push.js";
import { createQueue } from "./queue.js";
import { TEXTS } from "./texts.js";

/**
 * Make the desk.
 * @param {import("./api.js").Api} api
 * @param {{name: string, onLogout: () => void}} options
 */
export function createDesk(api, { name, onLogout }) {
  /** @type {import("./conversation.js").ConversationView | null} */
  let view = null;
  const queue = createQueue({ onClaim: (id) => void open(id, () => api.claim(id)), onOpen: (id) => void open(id, () => api.conversation(id, 0)) });
  const alert = createAlert(() => {
    element.dataset.view = "queue";
    queue.element.querySelector("button")?.focus();
  });
  const connection = el("p", { class: "notice", role: "status" });
  const nothing = el("section", { class: "pane conversation nothing", "aria-label": TEXTS.conversation.log }, el("p", { class: "hint", role: "status", text: TEXTS.conversation.none }));
  const place = el("div", { class: "open-place" }, nothing);
  const element = el("div", { class: "desk", "data-view": "queue" },
    el("header", { class: "desk-head" },
      el("img", { class: "mark", src: "/static/shared/mark.svg", alt: "", width: 32, height: 32 }),
      el("h1", { text: TEXTS.title }),
      el("p", { class: "me", text: name }),
      el("button", { class: "button quiet", type: "button", text: TEXTS.logout, on: { click: onLogout } })),
    el("main", {}, alert.element, connection, el("div", { class: "panes" }, queue.element, place)));

  /**
   * @param {string} id
   * @param {() => Promise<import("../shared/types.js").Conversation>} fetchIt
   */
  async function open(id, fetchIt) {
    if (view && view.id === id) return look();
    try {
      show(await fetchIt());
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      queue.say(refusal.status === 409 ? TEXTS.queue.takenNotice : refusal.status === 410 || refusal.status === 404 ? TEXTS.queue.goneNotice : refusal.text);
      await readQueue();
    }
  }

  /** @param {import("../shared/types.js").Conversation} conversation */
  function show(conversation) {
    view = createConversationView(api, conversation, { onBack: () => { element.dataset.view = "queue"; }, onOver: over });
    place.replaceChildren(view.element);
    queue.select(conversation.id);
    look();
    view.toEnd();
    void readQueue();
  }

  function look() {
    element.dataset.view = "conversation";
    view?.heading.focus({ preventScroll: true });
  }

  /** @param {string} why */
  function over(why) {
    const hadFocus = place.contains(document.activeElement) || document.activeElement === document.body;
    view = null;
    setText(/** @type {HTMLElement} */ (nothing.firstElementChild), `${TEXTS.conversation.ended[why] ?? ""} ${TEXTS.conversation.none}`.trim());
    place.replaceChildren(nothing);
    queue.select("");
    if (element.dataset.view === "conversation") queue.say(TEXTS.conversation.ended[why] ?? "");
    element.dataset.view = "queue";
    if (hadFocus) queue.element.querySelector("button")?.focus();
  }

  async function readQueue() {
    try {
      showQueue(await api.queue());
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
    }
  }

  /** @param {import("../shared/types.js").Queue} found */
  function showQueue(found) {
    queue.show(found);
    alert.show(found.waiting);
  }

  /** @type {Record<string, (frame: any) => void>} */
  const hear = {
    queue: showQueue,
    conversation: (frame) => view?.id === frame.conversation.id && view?.update(frame.conversation),
    message(frame) {
      if (view?.id === frame.conversation) view?.add(frame.message);
      else queue.markUnread(frame.conversation);
    },
    typing: (frame) => view?.id === frame.conversation && view?.visitorTypes(),
    gone(frame) {
      if (view?.id !== frame.conversation) return;
      if (frame.reason === "left") view?.visitorLeft();
      else over(frame.reason);
    },
  };

  const push = createPush({
    onFrame: (frame) => hear[frame.type]?.(frame),
    onOpen(first) {
      setText(connection, "");
      if (first) return;
      void readQueue();
      void view?.catchUp();
    },
    onLost() {
      setText(connection, TEXTS.connection.lost);
      void readQueue(); // finds out whether the login has ended
    },
  });
  const hurry = () => push.hurry();
  window.addEventListener("online", hurry);
  void readQueue();
  return {
    element,
    stop() {
      push.stop();
      window.removeEventListener("online", hurry);
      document.title = TEXTS.title;
    },
  };
}
