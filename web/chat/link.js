// @ts-check
/**
 * A one-time link from an app or an SMS. Loaded before the rest: it is out of the address bar and the history at once,
 * and nothing is done with it until the visitor says so, since link scanners and previews open links too.
 */

const NAME = "fortsatt";
const FORM = /^en-gang\.[\w-]{20,150}$/;

/** @type {(token: string) => void} */
let tell = () => undefined;
/** @type {string | null} */
let waiting = null;

/** Take what the address carries, if it carries anything. */
function read() {
  const found = new URLSearchParams(window.location.hash.slice(1)).get(NAME);
  if (found === null) return;
  // Apps add words of their own before the fragment, which tell where the visitor comes from: they go too.
  const embed = new URLSearchParams(window.location.search).get("embed");
  window.history.replaceState(null, "", window.location.pathname + (embed === "1" ? "?embed=1" : ""));
  waiting = FORM.test(found) ? found : "";
  tell(waiting);
}

read();
window.addEventListener("hashchange", read); // opened in a tab where the page is already

/**
 * Tell of a link; "" is one that came broken.
 * @param {(token: string) => void} heard  called for one that opens this tab later
 * @returns {string | null} the one that opened this page
 */
export function onLink(heard) {
  tell = heard;
  return waiting;
}
