// @ts-check
/** Every Swedish sentence of the counsellors' page that does not come from the server. */

/** @param {number} n */
const hiddenText = (n) => (n === 1 ? "1 tidigare meddelande visas inte." : `${n} tidigare meddelanden visas inte.`);

export const TEXTS = {
  title: "Varsam konsol",
  titleWaiting: (/** @type {number} */ n) => `(${n}) väntar – Varsam konsol`,
  loading: "Jag hämtar konsolen.",
  login: {
    heading: "Logga in",
    lead: "För dig som är kurator.",
    name: "Namn",
    password: "Lösenord",
    submit: "Logga in",
    ended: "Du är utloggad. Logga in igen för att fortsätta.",
  },
  password: {
    heading: "Välj ett eget lösenord",
    lead: "Du har fått ett engångslösenord. Byt det innan du går vidare.",
    old: "Engångslösenord",
    fresh: "Nytt lösenord",
    repeat: "Nytt lösenord igen",
    hint: "Minst 12 tecken. Några ord efter varandra går bra.",
    submit: "Spara lösenordet",
    short: "Lösenordet behöver ha minst 12 tecken.",
    differ: "De två nya lösenorden är inte lika.",
  },
  logout: "Logga ut",
  failed: "Det gick inte just nu. Försök igen.",
  connection: { lost: "Förbindelsen bröts. Kön kan vara gammal. Jag försöker igen." },
  queue: {
    heading: "Kön",
    waiting: "Väntar",
    mine: "Dina samtal",
    taken: "Tagna av andra",
    empty: "Ingen väntar just nu.",
    claim: "Ta över",
    claimWho: (/** @type {string} */ who) => `Ta över samtalet med ${who}`,
    open: "Öppna",
    openWho: (/** @type {string} */ who) => `Öppna samtalet med ${who}`,
    unread: "Nytt meddelande",
    heldBy: (/** @type {string} */ who) => `Hos ${who}`,
    heldBySomebody: "Hos en annan kurator",
    waited: "Har väntat",
    noTopic: "Ämnet är inte känt",
    risks: "Risker",
    takenNotice: "Någon annan hann före. Samtalet är redan taget.",
    goneNotice: "Besökaren har lämnat kön.",
    fresh: (/** @type {number} */ n) => (n === 1 ? "En ny person väntar." : `${n} nya personer väntar.`),
    freshEmergency: "Akut: någon kan vara i fara och väntar nu.",
    show: "Visa kön",
    dismiss: "Uppfattat",
  },
  routes: /** @type {Record<string, string>} */ ({
    emergency: "Akut. Fara för liv",
    human_now: "Brådskar",
    offer_human: "Vill prata",
  }),
  routeOther: "Väntar på kurator",
  channels: /** @type {Record<string, string>} */ ({
    web: "Webbchatt", webchat: "Webbchatt", telegram: "Telegram", whatsapp: "WhatsApp", messenger: "Messenger", sms: "Sms", signal: "Signal",
  }),
  conversation: {
    none: "Ta över ett samtal i kön, så visas det här.",
    back: "Till kön",
    sees: "Det här ser du",
    share: /** @type {Record<string, string>} */ ({
      asked: "Besökaren har inte svarat på om du får se det som skrivits tidigare. Du ser det som skrivs från och med nu.",
      yes: "Besökaren vill att du ser det som skrivits tidigare.",
      no: "Besökaren vill inte visa det som skrivits tidigare. Du ser det som skrivs från och med nu.",
      emergency: "Någon kan vara i fara. Därför ser du det som skrivits tidigare.",
    }),
    hidden: hiddenText,
    log: "Samtalet",
    senders: { visitor: "Besökaren", bot: "Varsam", counsellor: "Du", system: "Besked" },
    delivery: { sending: "skickas", sent: "skickat", failed: "skickades inte" },
    retry: "Försök igen",
    typing: "Besökaren skriver",
    unchecked: "ej kontrollerad",
    release: "Lämna tillbaka till boten",
    close: "Avsluta",
    releaseAsk: { question: "Ska boten svara igen? Besökaren får veta att du lämnar samtalet.", yes: "Ja, lämna tillbaka", no: "Nej, stanna" },
    closeAsk: { question: "Vill du avsluta samtalet? Besökaren kan inte skriva mer i det.", yes: "Ja, avsluta", no: "Nej, stanna" },
    drafts: "Botens förslag",
    draftsLead: "Besökaren har inte fått de här svaren.",
    copy: "Kopiera till svaret",
    ended: /** @type {Record<string, string>} */ ({
      erased: "Besökaren har raderat samtalet. Det är borta.",
      left: "Besökaren har lämnat chatten. Det du skriver nu når kanske inte fram.",
      closed: "Samtalet är avslutat.",
      released: "Boten har tagit över igen.",
      not_yours: "Samtalet är inte längre ditt.",
    }),
  },
  composer: {
    label: "Skriv till besökaren",
    placeholder: "Skriv här",
    send: "Skicka",
    left: (/** @type {number} */ rest) => (rest === 1 ? "1 tecken kvar" : `${rest} tecken kvar`),
  },
  contacts: {
    list: "Kontakter",
    call: (/** @type {string} */ phone) => `Ring ${phone}`,
    web: "Webbplats",
    newTab: "(öppnas i en ny flik)",
    openNow: "öppet nu",
    closedNow: "stängt nu",
    unchecked: "ej kontrollerad",
  },
};

const LANGUAGES = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["sv"], { type: "language" }) : null;

/**
 * Give a language's Swedish name.
 * @param {string | null} code
 */
export function languageName(code) {
  if (!code) return "";
  try {
    return LANGUAGES?.of(code) ?? code;
  } catch {
    return code;
  }
}
