// Keeps the composer above the keyboard of a phone. Most browsers make the page smaller for it, as index.html asks;
// Safari lays the keyboard over the page instead and moves what is seen, so the page is made as high as that.

/** A smaller difference is a bar of the browser's own, which 100dvh knows of. */
const keyboardPixels = 120;

export function followKeyboard(): void {
  const seen = window.visualViewport;
  if (seen === null) return;
  seen.addEventListener("resize", () => {
    // Zoomed in by fingers, what is seen is smaller as well.
    const isCovered = seen.scale === 1 && innerHeight - seen.height > keyboardPixels;
    if (isCovered) document.documentElement.style.setProperty("--height", `${seen.height}px`);
    else document.documentElement.style.removeProperty("--height");
    if (isCovered) scrollTo(0, 0);
  });
}
