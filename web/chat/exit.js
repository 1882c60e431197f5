// @ts-check
/**
 * Leave quickly: button, or Shift three times within 1.5 s. Cover, forget, say goodbye, replace the page, in that order.
 * Bound before anything else on the page, so that it works even if the rest does not load.
 */

const TIMES = 3;
const WITHIN_MS = 1500;

/** Where to go when settings.json has not come yet. */
let exitUrl = "https://www.smhi.se/";
/** @type {() => void} */
let goodbye = () => undefined;
/** @type {(url: string) => boolean} */
let leaveHost = () => false;
let leaving = false;

/**
 * Tell where the exit leads. Anything but a web address is ignored.
 * @param {unknown} url
 */
export function setExitUrl(url) {
  try {
    const parsed = new URL(String(url));
    if (/^https?:$/.test(parsed.protocol)) exitUrl = parsed.href;
  } catch {
    // keep the one we have
  }
}

/**
 * Tell what else must happen on the way out.
 * @param {{goodbye: () => void, leaveHost: (url: string) => boolean}} steps  leaveHost: true when the page around us leaves
 */
export function onExit(steps) {
  goodbye = steps.goodbye;
  leaveHost = steps.leaveHost;
}

/** Leave, at once. */
export function leaveNow() {
  if (leaving) return;
  leaving = true;
  document.documentElement.style.setProperty("display", "none", "important");
  document.title = new URL(exitUrl).hostname;
  try {
    window.sessionStorage.clear();
  } catch {
    // blocked storage holds nothing
  }
  let hostLeaves = false;
  try {
    hostLeaves = leaveHost(exitUrl);
    goodbye();
  } catch {
    // whatever went wrong, the page must go
  }
  const framed = window.parent !== window;
  if (framed && hostLeaves) setTimeout(() => window.location.replace("about:blank"), 400);
  else window.location.replace(framed ? "about:blank" : exitUrl);
}

/**
 * Bind button and keys.
 * @param {HTMLElement} button
 */
export function bindExit(button) {
  button.addEventListener("click", leaveNow);
  /** @type {number[]} */
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
    else if (!event.repeat) {
      presses = [...presses.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
      if (presses.length >= TIMES) leaveNow();
    }
  }, true);
}
