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
 * @property {"large"} [weight]  the one that may save somebody: the largest button
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
 * @property {string | null} [opens]  when what is closed opens next, in words
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
 * @property {string} [lang]      of a text of ours that is not Swedish
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
 * @property {boolean} front  lost its counsellor, or was handed back to the queue
 * @property {string | null} left_until  left by the quick exit for good; when what stayed is erased
 * @property {string | null} window_ends  until when the platform lets one answer; null: it sets no limit
 * @property {boolean} stopped  the visitor wants nothing more on their phone, or cannot be reached there
 *
 * @typedef {object} Draft
 * @property {string} text
 * @property {Contact[]} [contacts]
 * @property {boolean} [begun]  some of it had gone out when the claim came
 *
 * @typedef {{state: "pending" | "sending" | "sent" | "doubt" | "failed", text: string}} Delivery
 *
 * @typedef {object} Opened  what an open conversation has besides its card
 * @property {"asked" | "yes" | "no" | "emergency"} share
 * @property {number} hidden  how many earlier messages are not shown
 * @property {Message[]} [messages]
 * @property {Draft[]} [drafts]
 * @property {{risk: string, words: string[]}[]} risk_words  of shown messages only
 * @property {string | null} mailbox  of the letter that the visitor has opened and shows
 * @property {{text: string, at: string} | null} [alarm]  where somebody in danger is
 * @property {string | null} silent_ends  when it is closed if the visitor says nothing more; null: they are warned
 * @property {Record<string, Delivery>} delivery  what became of our lines on the way to a phone, by seq
 * @property {{seq: number, text: string}[]} blanked  taken back or edited: what is shown of them is to go
 *
 * @typedef {Card & Opened} Conversation
 *
 * @typedef {"online" | "away" | "full"} Presence
 * @typedef {{name: string, presence: Presence}} Colleague
 *
 * @typedef {object} Queue  each list in the order of the queue
 * @property {Card[]} waiting
 * @property {Card[]} taken
 * @property {Card[]} mine
 * @property {Presence} presence
 * @property {{now: number, most: number}} load
 * @property {Colleague[]} colleagues
 * @property {{unread: number, red: number}} [letters]
 *
 * @typedef {{reason: "unclaimed" | "red_letter" | "expiring_letter", id: string, pseudonym: string, seconds: number | null}} Alarm
 *
 * @typedef {object} Letter  a mailbox that waits for an answer
 * @property {string} mailbox
 * @property {string} pseudonym
 * @property {number} priority
 * @property {string | null} route
 * @property {string | null} topic
 * @property {string | null} title
 * @property {{id: string, title: string}[]} risks
 * @property {string | null} lang
 * @property {string} at
 * @property {number} waiting_seconds
 * @property {number} count
 * @property {string | null} read_by
 * @property {boolean} red
 * @property {string | null} due  when a red one must have been acknowledged
 * @property {string | null} expires  when an unread one will be deleted, in its last days
 *
 * @typedef {{number: number, sender: "visitor" | "counsellor", at: string, text?: string, read_by?: string | null, opened?: boolean}} Page
 * @typedef {Letter & {letters: Page[]}} Mailbox
 *
 * @typedef {object} Time
 * @property {string} id
 * @property {"visit" | "phone" | "chat"} kind
 * @property {string | null} place
 * @property {string} audience
 * @property {string} start  ISO 8601 with the organisation's offset
 * @property {string} end
 * @property {number} minutes
 * @property {number} buffer_minutes
 * @property {number} staff_needed
 * @property {string} counsellor
 * @property {string | null} second
 * @property {string | null} series
 * @property {boolean} booked
 * @property {boolean} mine
 * @property {boolean} staffed  false: somebody is missing who was promised
 *
 * @typedef {{id: string, name: string}} Place
 * @typedef {{times: Time[], places: Place[], kinds: string[], lengths: number[], colleagues: string[]}} Plan
 * @typedef {{start: string, why: string, text: string}} LeftOut
 * @typedef {{id: string, title: string, group: string}} Topic
 */
export {};
