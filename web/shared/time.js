// @ts-check
/** Clock times and waiting times, as Swedes write them. */

const DAY = new Intl.DateTimeFormat("sv-SE", { weekday: "short", day: "numeric", month: "short" });
const CLOCK = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });

/**
 * Give a clock time, "14.05", or "" when there is none.
 * @param {string | undefined | null} iso
 * @returns {string}
 */
export function clockTime(iso) {
  const date = iso ? new Date(iso) : null;
  if (!date || Number.isNaN(date.getTime())) return "";
  return CLOCK.format(date).replace(":", ".");
}

/**
 * Give a day and a clock time, "tis 24 nov. 14.05", or "" when there is none.
 * @param {string | undefined | null} iso
 * @returns {string}
 */
export function dayAndTime(iso) {
  const time = clockTime(iso);
  return time && iso ? `${DAY.format(new Date(iso))} ${time}` : "";
}

/**
 * Give a clock time, with its day where that is not today.
 * @param {string} iso
 * @returns {string}
 */
export function timeFromNow(iso) {
  return new Date(iso).toDateString() === new Date(Date.now()).toDateString() ? clockTime(iso) : dayAndTime(iso);
}

/**
 * Give how long somebody has waited: "42 s", "3 min 12 s", "1 tim 5 min".
 * @param {number} seconds
 * @returns {string}
 */
export function waited(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} tim ${minutes % 60} min`;
}
