// @ts-check
/**
 * The shapes of docs/protocol.md, for the type checker only. Nothing here runs.
 *
 * @typedef {"bot" | "waiting" | "human" | "closed"} State
 * @typedef {"visitor" | "bot" | "counsellor" | "system"} Sender
 *
 * @typedef {object} Choice
 * @property {string} title    what the button says
 * @property {string} payload  opaque; sent back as it came
 *
 * @typedef {object} Contact
 * @property {string} id
 * @property {string} name
 * @property {string | null} [what]
 * @property {string | null} [phone]
 * @property {string | null} [phone_note]
 * @property {string | null} [email]
 * @property {string | null} [url]
 * @property {string | null} [hours]
 * @property {boolean | null} [open_now]  null: hours unknown
 * @property {boolean} [checked]          false: not verified
 *
 * @typedef {object} Message
 * @property {number} [seq]  missing only in the last message of an erased conversation
 * @property {string} [id]
 * @property {Sender} sender
 * @property {string} text
 * @property {Choice[]} [choices]
 * @property {Contact[]} [contacts]
 * @property {string} [at]        UTC, ISO 8601
 * @property {boolean} [checked]
 *
 * @typedef {object} StateFrame
 * @property {State} state
 * @property {number | null} [position]
 * @property {[number, number] | null} [wait_minutes]
 *
 * @typedef {Record<string, any> & {type: string}} Frame
 *
 * @typedef {object} Card
 * @property {string} id
 * @property {string} pseudonym
 * @property {number} priority  0 is highest
 * @property {string} route
 * @property {string | null} topic
 * @property {string | null} title
 * @property {{id: string, title: string}[]} risks
 * @property {string | null} lang
 * @property {string} channel
 * @property {string | null} waiting_since
 * @property {number | null} waiting_seconds
 * @property {State} state
 * @property {string | null} holder
 * @property {boolean} shared
 *
 * @typedef {object} Draft
 * @property {string} text
 * @property {Contact[]} [contacts]
 *
 * @typedef {Card & {share: "asked" | "yes" | "no" | "emergency", hidden: number, messages?: Message[], drafts?: Draft[]}} Conversation
 *
 * @typedef {{waiting: Card[], taken: Card[], mine: Card[]}} Queue
 */
export {};
