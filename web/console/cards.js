// @ts-check
/**
 * A list of cards that are kept and updated, never redrawn, so that what has the focus keeps it.
 * When a card goes that had it, the list's heading gets it: never the next card's button, which a second press would press.
 */

/**
 * @template T
 * @typedef {object} Card
 * @property {HTMLElement} element
 * @property {(item: T) => void} update
 * @property {() => void} [tick]  once a second
 */

/**
 * Keep a list's cards.
 * @template T
 * @param {HTMLElement} list
 * @param {HTMLElement} heading  can be focused (tabindex -1)
 * @param {(item: T) => string} idOf
 * @param {(id: string) => Card<T>} make
 */
export function createCards(list, heading, idOf, make) {
  /** @type {Map<string, Card<T>>} */
  const cards = new Map();

  /** @param {Set<string>} still */
  function drop(still) {
    for (const [id, card] of cards) {
      if (still.has(id)) continue;
      const hadFocus = card.element.contains(document.activeElement);
      card.element.remove();
      cards.delete(id);
      if (hadFocus) heading.focus({ preventScroll: true });
    }
  }

  return {
    /** @param {T[]} items  in order */
    draw(items) {
      drop(new Set(items.map(idOf)));
      items.forEach((item, index) => {
        const id = idOf(item);
        const card = cards.get(id) ?? make(id);
        cards.set(id, card);
        card.update(item);
        if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
      });
    },
    tick() {
      for (const card of cards.values()) card.tick?.();
    },
    /** @param {string} id */
    get: (id) => cards.get(id)?.element,
  };
}
