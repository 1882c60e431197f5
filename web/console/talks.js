// @ts-check
/** The part "Samtal": the queue, and one open conversation, which lives on while another part is shown. */
import { createAlert } from "./alert.js";
import { ApiError } from "./api.js";
import { createConversationView } from "./conversation.js";
import { createPanes } from "./panes.js";
import { createQueue } from "./queue.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("../shared/types.js").Queue} Queue */
/** @typedef {import("../shared/types.js").Conversation} Conversation */

/**
 * Make the part.
 * @param {import("./api.js").Api} api
 * @param {{onShow: () => void, onSpoken: () => void, onLetter: (mailbox: string) => void, readQueue: () => Promise<void>}} events  onShow: this part must be seen now
 */
export function createTalks(api, { onShow, onSpoken, onLetter, readQueue }) {
  /** @type {import("./conversation.js").ConversationView | null} */
  let view = null;
  let asked = "";
  /** @type {Set<string>} on their way, so that they are not taken for a colleague's gift */
  const fetched = new Set();
  /** @type {Set<string>} told of while they were on their way: what was fetched may be older than that */
  const overtaken = new Set();
  /** @type {Set<string> | null} null: what was mine before is not news */
  let mine = null;
  const queue = createQueue(api, { onClaim: (id) => void open(id, () => api.claim(id)), onOpen: (id) => void open(id, () => api.conversation(id, 0)) });
  const panes = createPanes(queue.element, { label: TEXTS.conversation.log, nothing: TEXTS.conversation.none });
  const alert = createAlert(() => showQueue());

  /** @param {string} [id]  whose card gets the focus */
  function showQueue(id = "") {
    onShow();
    panes.back();
    queue.focus(id);
  }

  /** @param {string} id @param {() => Promise<Conversation>} fetchIt */
  async function open(id, fetchIt) {
    if (asked === id) return; // pressed twice
    const here = view?.id === id;
    asked = here ? "" : id;
    panes.hold(!here);
    if (here) return look();
    fetched.add(id);
    try {
      const found = await fetchIt();
      mine?.add(id);
      if (asked === id) show(found); // else another has been asked for since
      if (overtaken.has(id) && view?.id === id) void view.catchUp();
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      queue.say(refusal.code === "taken" ? TEXTS.queue.takenNotice : [404, 410].includes(refusal.status) ? TEXTS.queue.goneNotice : refusal.text);
      await readQueue();
    } finally {
      fetched.delete(id);
      overtaken.delete(id);
      if (asked === id) {
        asked = "";
        panes.hold(false);
      }
    }
  }

  /** @param {Conversation} conversation */
  function show(conversation) {
    view?.stop();
    view = createConversationView(api, conversation, { onBack: panes.back, onOver: over, onLetter, colleagues: () => queue.shown.colleagues });
    panes.put(view.element);
    queue.select(conversation.id);
    look();
    view.toEnd();
    void readQueue();
  }

  function look() {
    panes.look();
    view?.heading.focus({ preventScroll: true });
  }

  /** @param {string} why */
  function over(why) {
    view?.stop();
    view = null;
    const words = TEXTS.conversation.ended[why] ?? "";
    queue.select("");
    if (panes.reading) queue.say(words);
    panes.empty(words);
  }

  /** @param {Queue} found */
  function noticeGiven(found) {
    const ids = found.mine.map((card) => card.id);
    const given = mine ? ids.filter((id) => !mine?.has(id) && !fetched.has(id) && id !== view?.id) : [];
    mine = new Set(ids);
    for (const id of given) queue.markUnread(id);
    if (given.length) alert.given();
  }

  return {
    element: panes.element,
    alert: alert.element,
    showQueue,
    stop() {
      queue.stop();
      view?.stop();
    },
    catchUp: () => void view?.catchUp(),
    /** @type {Record<string, (frame: any) => void>} */
    hear: {
      queue(found) {
        queue.show(found);
        alert.show(found.waiting);
        noticeGiven(found);
      },
      conversation(frame) {
        if (view?.id === frame.conversation.id) view?.update(frame.conversation);
        else if (fetched.has(frame.conversation.id)) overtaken.add(frame.conversation.id);
      },
      message(frame) {
        if (fetched.has(frame.conversation)) overtaken.add(frame.conversation);
        if (view?.id === frame.conversation) view?.add(frame.message);
        else queue.markUnread(frame.conversation);
        if (frame.message.sender === "visitor") onSpoken();
      },
      typing: (frame) => view?.id === frame.conversation && view?.visitorTypes(),
      gone(frame) {
        if (view?.id !== frame.conversation) return void (frame.reason === "lost" && queue.say(TEXTS.conversation.ended.lost));
        if (frame.reason === "left") view?.visitorLeft();
        else over(frame.reason);
      },
    },
  };
}
