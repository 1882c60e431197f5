// @ts-check
/*
 * The one line a host page embeds: <script src="https://…/launcher.js" async></script>
 * Draws a bubble and, when it is opened, an iframe with the chat from this script's own origin.
 * Reads nothing of the host page. Hears two words from the iframe, "close" and "exit", and says one, "hello".
 */
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  if (!script || customElements.get("varsam-launcher")) return;
  const ORIGIN = new URL(script.src).origin;

  const TEXTS = { open: "Öppna chatten", close: "Stäng chatten", bubble: "Chatt", frame: "Chatten Varsam" };

  const STYLE = `
    :host { all: initial; color-scheme: light dark; }
    [hidden] { display: none !important; }
    .bubble {
      position: fixed; z-index: 2147483000; right: max(1rem, env(safe-area-inset-right)); bottom: max(1rem, env(safe-area-inset-bottom));
      display: inline-flex; gap: 0.6rem; align-items: center; min-height: 3.25rem; padding: 0.5rem 1.25rem 0.5rem 1rem;
      border: 2px solid #ffffff; border-radius: 999px; background: #2b5d5e; color: #ffffff;
      font: 600 1.0625rem/1.2 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
      box-shadow: 0 2px 6px rgb(0 0 0 / 18%), 0 10px 30px rgb(0 0 0 / 16%); cursor: pointer;
    }
    .bubble:hover { background: #1f4a4b; }
    .bubble:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 3px; }
    .bubble svg { width: 1.6rem; height: 1.6rem; flex: none; }
    .panel {
      position: fixed; z-index: 2147483001; right: max(1rem, env(safe-area-inset-right)); bottom: calc(max(1rem, env(safe-area-inset-bottom)) + 4.25rem);
      width: min(25rem, calc(100vw - 2rem)); height: min(42rem, calc(100vh - 6.5rem));
      overflow: hidden; border: 1px solid #7c8784; border-radius: 1.1rem; background: #f3f0ea;
      box-shadow: 0 4px 12px rgb(0 0 0 / 14%), 0 24px 60px rgb(0 0 0 / 22%);
    }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    @media (prefers-color-scheme: dark) { .panel { background: #141a1b; } .bubble { border-color: #0f1415; } .bubble:focus-visible { outline-color: #9fd0ff; } }
    @media (max-width: 34rem), (max-height: 30rem) {
      .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
    }`;

  class VarsamLauncher extends HTMLElement {
    /** @type {HTMLButtonElement | undefined} */
    #bubble;
    /** @type {HTMLDivElement | undefined} */
    #panel;
    /** @type {HTMLIFrameElement | undefined} */
    #frame;

    connectedCallback() {
      if (this.#bubble) return;
      const root = this.attachShadow({ mode: "open" });
      addStyle(root);
      this.#bubble = document.createElement("button");
      this.#bubble.type = "button";
      this.#bubble.className = "bubble";
      this.#bubble.setAttribute("aria-expanded", "false");
      this.#bubble.setAttribute("aria-controls", "panel");
      this.#bubble.append(drawIcon(), TEXTS.bubble);
      this.#panel = document.createElement("div");
      this.#panel.className = "panel";
      this.#panel.id = "panel";
      root.append(this.#bubble, this.#panel);
      this.#bubble.addEventListener("click", () => this.#show(this.#panel?.hidden === true));
      window.addEventListener("message", (event) => this.#hear(event));
      this.#label(false);
    }

    /** @param {boolean} open */
    #label(open) {
      if (!this.#bubble || !this.#panel) return;
      this.#panel.hidden = !open;
      this.#bubble.setAttribute("aria-expanded", String(open));
      this.#bubble.setAttribute("aria-label", `${TEXTS.bubble}. ${open ? TEXTS.close : TEXTS.open}`);
    }

    /** @param {boolean} open */
    #show(open) {
      if (open && !this.#frame) this.#load();
      this.#label(open);
      if (open) this.#frame?.focus();
      else this.#bubble?.focus();
    }

    #load() {
      const frame = document.createElement("iframe");
      frame.title = TEXTS.frame;
      frame.referrerPolicy = "no-referrer";
      frame.src = `${ORIGIN}/chat?embed=1`;
      frame.addEventListener("load", () => frame.contentWindow?.postMessage({ varsam: "hello" }, ORIGIN));
      this.#frame = frame;
      this.#panel?.append(frame);
    }

    /** @param {MessageEvent} event */
    #hear(event) {
      if (event.origin !== ORIGIN || !this.#frame || event.source !== this.#frame.contentWindow) return;
      const word = event.data?.varsam;
      if (word === "close") this.#show(false);
      else if (word === "exit") leave(event.data.url);
    }
  }

  /** Cover the whole page at once, then leave it so that Back does not return. @param {unknown} url */
  function leave(url) {
    document.documentElement.style.setProperty("display", "none", "important");
    const target = new URL(String(url));
    if (!/^https?:$/.test(target.protocol)) return;
    document.title = target.hostname;
    window.location.replace(target.href);
  }

  /** Style without inline styles, so that a host page with a strict policy allows it. @param {ShadowRoot} root */
  function addStyle(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      const style = document.createElement("style");
      style.textContent = STYLE;
      root.append(style);
    }
  }

  function drawIcon() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M12 3.5c-5.200 0-9.300 3.400-9.300 7.800 0 2.300 1.100 4.300 2.900 5.700L4.700 20.500l4.300-1.800c1 .2 2 .4 3 .4 5.200 0 9.300-3.400 9.300-7.800S17.200 3.500 12 3.500z");
    path.setAttribute("fill", "none");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", "1.8");
    path.setAttribute("stroke-linejoin", "round");
    svg.append(path);
    return svg;
  }

  customElements.define("varsam-launcher", VarsamLauncher);
  const place = () => document.body.append(document.createElement("varsam-launcher"));
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place, { once: true });
})();
