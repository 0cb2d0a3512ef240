// What happens to a tab as a whole: it is hidden and looked at again, reloaded, put aside by the browser and taken out,
// offline and online. Its rooms go into storage when nobody looks and out of it when somebody does: tab.ts says why.

import { stayedAfterMs } from "../protocol/limits.ts";
import type { Session } from "../session/world.ts";
import type { Claim } from "./claim.ts";
import type { OpenRoom, Rooms } from "./rooms.ts";
import type { Tab } from "./tab.ts";

/** A room as this file knows it. */
interface WatchedRoom extends OpenRoom {
  readonly session: Pick<Session, "wake">;
  readonly claim: Claim;
}

/**
 * Watches from now on, as long as the page lives.
 * @param put puts the tab into storage; false when something that was written does not fit
 */
export function watchTab(
  rooms: Pick<Rooms<WatchedRoom>, "all" | "look">,
  tab: Tab,
  put: () => boolean,
): void {
  /** From `pagehide` on another page may go on from what this one has put. */
  let isAway = false;
  addEventListener("pagehide", () => {
    isAway = true;
    put();
    for (const { claim } of rooms.all()) claim.rest();
  });
  addEventListener("pageshow", ({ persisted }) => void (persisted ? backFromCache() : wakeTab()));
  addEventListener("online", wakeRooms);
  // A link opened over the page: what stands behind # must not stay in the address.
  addEventListener("hashchange", () => location.reload());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return isAway ? undefined : wakeTab();
    put();
    rooms.look();
  });
  addEventListener("beforeunload", (event) => {
    // The browser asks whether to go: something that was written would be lost.
    if (!put()) event.preventDefault();
    // A page that is still here then has stayed, as for a download. Not at once: Firefox has been seen to end a page in
    // the middle of `pagehide`, and what stands in storage now would be gone.
    setTimeout(() => {
      if (!isAway && !document.hidden) tab.drop();
    }, stayedAfterMs);
  });

  async function backFromCache(): Promise<void> {
    const claimed = await Promise.all(rooms.all().map(({ claim }) => claim.again()));
    if (!tab.isUntouched() || claimed.includes(false)) return location.reload();
    isAway = false;
    wakeTab();
  }

  function wakeTab(): void {
    if (document.hidden) return;
    tab.drop();
    wakeRooms();
  }

  function wakeRooms(): void {
    for (const { session } of rooms.all()) session.wake();
    rooms.look();
  }
}
