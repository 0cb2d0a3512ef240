// Brings an item of the log to the middle of what is in sight. Items out of sight are not laid out and have a guessed
// height only (`content-visibility`); near the eyes they get their own, and in Firefox what was aimed at then stands
// elsewhere. So it is brought again in the frames that follow, unless somebody scrolls meanwhile.

/** Frames until all heights are true; in one that changes nothing, bringing it again does nothing. */
const framesToSettle = 5;
/** What somebody scrolls with. */
const hands = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** There is one log in sight: what is brought last is what somebody wants to see. */
let latest = new AbortController();

/** @param item may be out of the page, and then stays where it is */
export function bringToMiddle(item: Element): void {
  latest.abort();
  const bringing = (latest = new AbortController());
  const { signal } = bringing;
  const stop = (): void => bringing.abort();
  for (const each of hands) addEventListener(each, stop, { signal, capture: true, passive: true });
  const bring = (frames: number): void => {
    if (signal.aborted) return;
    item.scrollIntoView({ block: "center" });
    if (frames === 0) stop();
    else requestAnimationFrame(() => bring(frames - 1));
  };
  bring(framesToSettle);
}
