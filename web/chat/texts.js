// @ts-check
/** Every Swedish sentence of the visitor's page that does not come from the server. */

export const TEXTS = {
  log: "Samtalet",
  senders: { visitor: "Du", bot: "Varsam", counsellor: "Kurator", system: "Besked" },
  delivery: { sending: "skickas", sent: "skickat", waiting: "väntar på förbindelse", failed: "gick inte att skicka" },
  unchecked: "ej kontrollerad",
  contacts: {
    list: "Kontakter",
    call: (/** @type {string} */ phone) => `Ring ${phone}`,
    web: "Webbplats",
    newTab: "(öppnas i en ny flik)",
    openNow: "öppet nu",
    closedNow: "stängt nu",
    opens: (/** @type {string} */ when) => `stängt nu, öppnar ${when}`,
    unchecked: "ej kontrollerad",
  },
  choices: "Välj ett svar, eller skriv själv",
  sixWords: "Dina sex ord i ordning",
  composer: {
    label: "Skriv ditt meddelande",
    placeholder: "Skriv här",
    send: "Skicka",
    left: (/** @type {number} */ rest) => (rest === 1 ? "1 tecken kvar" : `${rest} tecken kvar`),
  },
  typing: { counsellor: "Kuratorn skriver", bot: "Varsam svarar" },
  newBelow: "Mer nedanför",
  close: "Stäng chatten",
  hintTouch: "Du behöver inte säga vem du är.",
  hintKeys: "Du behöver inte säga vem du är. Skift tre gånger lämnar sidan.",
  easy: { open: "Lättläst", on: "lättläst", off: "vanlig svenska" },
  erase: {
    open: "Radera chatten",
    question: "Vill du radera hela chatten? Den försvinner för dig och för oss. Det går inte att ångra.",
    yes: "Ja, radera",
    no: "Nej, behåll",
    working: "Jag raderar chatten.",
    delayed: "Chatten är borta från den här sidan. Hos oss raderas den så snart förbindelsen är tillbaka. Låt sidan vara öppen så länge.",
    done: "Chatten är raderad.",
  },
  status: {
    bot: "Du skriver med ett datorprogram.",
    waiting: (/** @type {number | null | undefined} */ position, /** @type {[number, number] | null | undefined} */ minutes) =>
      ["Du väntar på en kurator.", position ? `Du är nummer ${position} i kön.` : "", wait(minutes), "Du kan skriva under tiden."].filter(Boolean).join(" "),
    human: "Du skriver nu med en kurator.",
    closed: "Samtalet är avslutat.",
    again: "Börja om",
    leaveQueue: "Lämna kön",
    writeLater: "Jag skriver senare",
  },
  connection: {
    first: "Jag öppnar chatten.",
    unreachable: "Jag når inte chatten just nu. Jag försöker igen. Är du i fara, ring 112.",
    lost: "Förbindelsen bröts. Jag försöker igen.",
    long: "Förbindelsen är fortfarande bruten. Det du skriver skickas när den är tillbaka. Är du i fara, ring 112.",
    elsewhere: "Chatten är öppen i ett annat fönster.",
    here: "Fortsätt här",
  },
  slow: "Svaret dröjer. Är du i fara, ring 112.",
  danger: "Är du i fara, ring 112.",
  link: {
    heading: "Fortsätt samtalet",
    lead: "När du trycker visas allt som är skrivet. Titta först att ingen annan ser din skärm. Länken fungerar bara en gång.",
    other: "Du har redan ett annat samtal i den här fliken. Det ligger kvar som det är, men du kommer inte tillbaka till det härifrån.",
    take: "Fortsätt samtalet här",
    fresh: "Börja ett nytt samtal",
    keep: "Behåll samtalet jag har här",
    deadHeading: "Länken gäller inte längre",
    dead: "Den fungerar bara en gång, och i 10 minuter. Har du redan öppnat samtalet i ett annat fönster finns det kvar där.",
    again: "Du kan skriva webb igen i appen eller som sms, så får du en ny länk. Eller så börjar du om här.",
    back: "Tillbaka till samtalet jag har här",
  },
  gone: "Den förra chatten finns inte längre. Här börjar en ny.",
};

/** @param {[number, number] | null | undefined} minutes */
function wait(minutes) {
  if (!minutes) return "";
  const [from, to] = minutes;
  if (from === to) return to <= 1 ? "Det brukar ta omkring en minut." : `Det brukar ta omkring ${to} minuter.`;
  return `Det brukar ta ${from} till ${to} minuter.`;
}
