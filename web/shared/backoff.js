// @ts-check
/** How long to wait before the next try. */

/**
 * Give a pause in ms: grows from half a second to fifteen, with chance in it so that all do not return at once.
 * @param {number} attempts  failed ones so far, at least 1
 * @param {() => number} [random]
 * @returns {number}
 */
export function pause(attempts, random = Math.random) {
  const full = Math.min(15000, 500 * 2 ** Math.min(attempts - 1, 6));
  return full * (0.6 + 0.4 * random());
}
