// @ts-check
/** Keeps the composer above a phone's keyboard where the browser does not do it itself (Safari). */

/** Follow the visible height, unless the reader has zoomed in. */
export function followKeyboard() {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const root = document.documentElement;
  const follow = () => {
    if (viewport.scale > 1.05) return;
    root.style.setProperty("--visible-height", `${Math.round(viewport.height)}px`);
  };
  viewport.addEventListener("resize", follow);
  follow();
}
