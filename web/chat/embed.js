// @ts-check
/**
 * The iframe's side of the talk with launcher.js. The launcher says hello; from then on its origin is known,
 * and the only things ever told are "close" and "exit".
 */

/** @returns {{embedded: boolean, close: () => void, exit: (url: string) => boolean}} */
export function createHost() {
  const embedded = window.parent !== window && new URLSearchParams(window.location.search).get("embed") === "1";
  let origin = embedded ? guessOrigin() : null;

  window.addEventListener("message", (event) => {
    if (!embedded || event.source !== window.parent || event.data?.varsam !== "hello") return;
    origin = event.origin;
  });

  /**
   * @param {object} message
   * @returns {boolean} whether anybody could be told
   */
  function tell(message) {
    if (!origin || origin === "null") return false;
    window.parent.postMessage(message, origin);
    return true;
  }

  return {
    embedded,
    close: () => void tell({ varsam: "close" }),
    exit: (url) => tell({ varsam: "exit", url }),
  };
}

/** Guess the embedding page's origin for the moment before its hello. */
function guessOrigin() {
  const ancestors = window.location.ancestorOrigins;
  if (ancestors && ancestors.length) return ancestors[0];
  try {
    return new URL(document.referrer).origin;
  } catch {
    return null;
  }
}
