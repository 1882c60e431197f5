// @ts-check
/** Which of the three the counsellor sees: login, a new password, or the desk. */
import { byId } from "../shared/dom.js";
import { createApi } from "./api.js";
import { createDesk } from "./desk.js";
import { loginForm, passwordForm } from "./login.js";
import { TEXTS } from "./texts.js";

const place = byId("app");
const api = createApi({ onLoggedOut: () => showLogin(TEXTS.login.ended), onMustChange: () => void enter() });
/** @type {ReturnType<typeof createDesk> | null} */
let desk = null;

/** @param {HTMLElement} element */
function show(element) {
  place.replaceChildren(element);
}

function leaveDesk() {
  desk?.stop();
  desk = null;
}

/** @param {string} [notice] */
function showLogin(notice = "") {
  leaveDesk();
  show(loginForm(api, { notice, onLogin: (me, password) => go(me, password) }));
  place.querySelector("input")?.focus();
}

/**
 * @param {import("./api.js").Me} me
 * @param {string} [password]  just used, so that it need not be typed twice
 */
function go(me, password = "") {
  leaveDesk();
  if (me.must_change) {
    show(passwordForm(api, { name: me.name, old: password, onDone: () => void enter() }));
    /** @type {HTMLInputElement | null} */ (place.querySelector(password ? "[name=new]" : "[name=old]"))?.focus();
    return;
  }
  desk = createDesk(api, { name: me.name, onLogout: logout });
  show(desk.element);
}

async function logout() {
  await api.logout().catch(() => undefined);
  showLogin();
}

/** Ask the server who we are. */
async function enter() {
  try {
    go(await api.me());
  } catch {
    showLogin();
  }
}

void enter();
