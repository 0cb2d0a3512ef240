// The address that the page was opened with. An invitation has the words behind its #: they are taken out of the address
// before anything else happens, so that they stand neither in the history nor on a screen that somebody photographs.
// This file comes before all others, and must wait for nothing.

/** As it was. */
export const openedAddress = new URL(location.href);

// Whoever has to open the link elsewhere still needs its words.
if (isSecureContext) history.replaceState(null, "", "/");

/** The page cannot be used here: the link with its words stands in the address again. */
export function restoreAddress(): void {
  history.replaceState(null, "", openedAddress);
}
