// @ts-check
/** Puts the visitor's page together. Each behaviour has a file of its own; here they only meet. */
import { createComposer } from "../shared/composer.js";
import { askInPage } from "../shared/confirm.js";
import { byId, el } from "../shared/dom.js";
import { choiceGroup, createChoiceBook } from "./choices.js";
import { createConversation } from "./conversation.js";
import { createEasy } from "./easy.js";
import { createHost } from "./embed.js";
import { onExit, setExitUrl } from "./exit.js";
import { onLink } from "./link.js";
import { createMessages } from "./messages.js";
import { createNotices } from "./notices.js";
import { createOffer } from "./offer.js";
import { createScroll } from "./scroll.js";
import { createStatus } from "./status.js";
import { createStore } from "./store.js";
import { TEXTS } from "./texts.js";
import { createTyping } from "./typing.js";
import { followKeyboard } from "./viewport.js";

const MAX_LENGTH = 2000;
// What the status bar offers whoever waits; the server takes them without having been asked.
const LEAVE_QUEUE = { title: TEXTS.status.leaveQueue, payload: "queue:leave" };
const WRITE_LATER = { title: TEXTS.status.writeLater, payload: "letter:write" };
// Asked of whoever a counsellor is called for; nobody comes any more once they are with the bot again.
const SHARE = "share:yes";

const log = byId("log");
const book = createChoiceBook();
const messages = createMessages(log, buttonsUnder);
const scroll = createScroll(log, byId("jump"), TEXTS.newBelow);
const notices = createNotices(byId("notices"), () => chat.open());
const typing = createTyping(byId("typing"), (slow) => notices.info(slow ? TEXTS.slow : ""));
const status = createStatus(byId("status"), { onAgain: () => chat.again(), onLeaveQueue: () => chat.choose(LEAVE_QUEUE), onWriteLater: () => chat.choose(WRITE_LATER), onFocusLost: () => log.focus({ preventScroll: true }) });
const composer = createComposer({ id: "text", max: MAX_LENGTH, texts: TEXTS.composer, onSend: (text) => chat.say(text), onTyping: () => chat.typing() });
const offer = createOffer(byId("offer"), [byId("status"), byId("scroller"), byId("under")]);
const easy = createEasy(TEXTS.easy, (text) => chat.say(text));
const erase = el("button", { class: "button quiet", type: "button", text: TEXTS.erase.open, "aria-expanded": "false", on: { click: askErase } });
/** @type {import("../shared/types.js").StateFrame | null} */
let state = null;
let erasing = false;
/** @type {string | null} a link that came while the tab's own conversation was being erased */
let later = null;

const chat = createConversation(createStore(), {
  message(message, old) {
    const element = messages.add(message);
    if (!element) return;
    if (message.sender === "visitor") {
      book.settleByTitle(message.text, message.id ?? "");
      easy.heard(message.text);
    }
    if (message.sender !== "visitor" && !old) typing.hide();
    if (erasing) notices.info("");
    scroll.added(element, { old });
    showStatus();
  },
  own(id, text) {
    easy.heard(text);
    scroll.added(messages.addOwn(id, text), { own: true });
  },
  accepted(id, seq) {
    messages.accepted(id, seq);
    notices.clearError();
    if (state?.state === "bot" || state?.state === "waiting") typing.awaits(id);
  },
  failed(id) {
    messages.failed(id);
    book.reopenById(id);
  },
  state(frame) {
    const left = state !== null && state.state !== "bot" && frame.state === "bot";
    state = frame;
    easy.show(frame.state === "bot" || frame.state === "waiting");
    if (frame.state !== "waiting") book.settleByPayload(LEAVE_QUEUE.payload);
    if (left) book.settleByPayload(SHARE);
    if (frame.state === "closed") end();
    showStatus();
  },
  typing: (sender) => typing.show(sender),
  answered: (id) => typing.answered(id),
  error(code, text) {
    notices.error(code, text);
    scroll.toEnd();
  },
  connection(connection) {
    notices.connection(connection);
    messages.showWaiting(connection === "lost" || connection === "elsewhere");
    if (erasing && connection === "lost") notices.info(TEXTS.erase.delayed);
  },
  reset(why, kept) {
    messages.clear(kept);
    book.clear();
    typing.clear();
    easy.clear();
    notices.clearError();
    notices.info(why === "gone" ? TEXTS.gone : why === "erasing" ? TEXTS.erase.working : "");
    erasing = why === "erasing";
    state = null;
    status.clear();
    setWritable(!erasing);
  },
  linkDead: () => offer.dead(chat.has, stay).focus(),
});

/**
 * Ask whether a link's conversation is to be continued here.
 * @param {string} token  "": the link came broken
 */
function askAbout(token) {
  later = chat.erasing ? token : null;
  if (later !== null) return;
  if (!token) return offer.dead(chat.has, stay);
  return offer.ask(chat.has, { take: () => take(token), leave: stay });
}

/** @param {string} token */
function take(token) {
  notices.info("");
  setWritable(false);
  log.focus({ preventScroll: true });
  chat.take(token);
}

/** Go on without the link: with what this tab has, or with something new. */
function stay() {
  setWritable(true);
  log.focus({ preventScroll: true });
  if (chat.has) chat.open();
  else chat.again();
}

/** @param {import("../shared/types.js").Message} message */
function buttonsUnder(message) {
  if (!message.choices || message.choices.length === 0) return null;
  const group = choiceGroup(message.choices, TEXTS.choices, (choice, chosen) => chosen.settle(choice.title, chat.choose(choice)));
  book.add(group);
  return group.element;
}

function showStatus() {
  if (state) status.show(state);
}

/** @param {boolean} writable */
function setWritable(writable) {
  const hadFocus = composer.element.contains(document.activeElement) || byId("erase").contains(document.activeElement);
  composer.element.hidden = !writable;
  erase.hidden = !writable;
  easy.show(writable);
  return hadFocus;
}

/** The conversation is over: nothing to write in, one way on. */
function end() {
  typing.clear();
  book.settleAll();
  if (erasing && !log.firstChild) notices.info(TEXTS.erase.done);
  erasing = false;
  const hadFocus = setWritable(false);
  showStatus();
  if (hadFocus || document.activeElement === document.body) status.again.focus({ preventScroll: true });
  if (later !== null) askAbout(later)?.focus();
}

function askErase() {
  const texts = TEXTS.erase;
  askInPage(byId("confirm"), texts, () => chat.erase(), erase);
}

async function readSettings() {
  try {
    const settings = await (await fetch("/chat/settings.json", { credentials: "omit" })).json();
    setExitUrl(settings.exit_url);
    byId("organisation").textContent = settings.organisation ?? "";
  } catch {
    // the page works without them
  }
}

function start() {
  const host = createHost();
  onExit({ goodbye: () => chat.leave(), leaveHost: (url) => host.exit(url) });
  byId("writing").prepend(composer.element);
  byId("erase").append(easy.element, erase);
  byId("hint").textContent = window.matchMedia("(hover: hover)").matches ? TEXTS.hintKeys : TEXTS.hintTouch;
  log.setAttribute("aria-label", TEXTS.log);
  const close = byId("close");
  close.hidden = !host.embedded;
  close.addEventListener("click", () => host.close());
  document.documentElement.classList.toggle("embedded", host.embedded);
  window.addEventListener("online", () => chat.hurry());
  window.addEventListener("pageshow", () => chat.hurry());
  document.addEventListener("visibilitychange", () => document.hidden || chat.hurry());
  followKeyboard();
  void readSettings();
  const link = onLink((token) => void askAbout(token)?.focus());
  if (link !== null && !chat.erasing) return void askAbout(link);
  later = link;
  if (chat.taking) setWritable(false);
  chat.open();
}

start();
