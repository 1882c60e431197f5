// @ts-check
/** Weeks and days as Swedes count them. Dates are ISO strings; the clock of a time is the organisation's, as sent. */

const DAY_MS = 24 * 3600 * 1000;
const HEADING = new Intl.DateTimeFormat("sv-SE", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const COLUMN = new Intl.DateTimeFormat("sv-SE", { weekday: "long", day: "numeric", month: "short", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("sv-SE", { day: "numeric", month: "short", timeZone: "UTC" });

/** Give today's date where the reader is. */
export function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

/**
 * Move a date.
 * @param {string} date
 * @param {number} days
 */
export function plus(date, days) {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Give the Monday of a date's week.
 * @param {string} date
 */
export function monday(date) {
  return plus(date, -((new Date(date).getUTCDay() + 6) % 7));
}

/**
 * Give the number of the week that starts on a Monday: the week of its Thursday's year.
 * @param {string} start
 */
export function weekNumber(start) {
  const thursday = plus(start, 3);
  const first = monday(`${thursday.slice(0, 4)}-01-04`);
  return 1 + Math.round((Date.parse(start) - Date.parse(first)) / (7 * DAY_MS));
}

/**
 * Give "tisdag 24 november".
 * @param {string} date
 */
export function dayName(date) {
  return HEADING.format(new Date(date.slice(0, 10)));
}

/**
 * Give "tisdag 24 nov.".
 * @param {string} date
 */
export function dayHeading(date) {
  return COLUMN.format(new Date(date));
}

/**
 * Give "30 nov.–6 dec.".
 * @param {string} start
 */
export function weekSpan(start) {
  return `${SHORT.format(new Date(start))}–${SHORT.format(new Date(plus(start, 6)))}`;
}

/**
 * Give the clock of a time, "10.00".
 * @param {string} iso
 */
export function clock(iso) {
  return iso.slice(11, 16).replace(":", ".");
}
