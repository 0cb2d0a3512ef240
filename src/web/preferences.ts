// What this browser keeps for a person who has asked for it, in localStorage: a few words, each under its own key.
// Nothing of it says what was said in a room; the recent rooms are in recent-rooms.ts.

/** What can be kept; switches are "on" or not there. */
export type Preference = "language" | "name" | "sound" | "notify" | "mentions-only" | "show-text" | "rooms";

const keyOf = (preference: Preference): string => `secure-room.${preference}`;

/** The value, or null: never set, or storage is forbidden. */
export function readPreference(preference: Preference): string | null {
  try {
    return localStorage.getItem(keyOf(preference));
  } catch {
    return null;
  }
}

/** Keeps a value, or forgets it with null. A full or forbidden storage costs the convenience only. */
export function writePreference(preference: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(keyOf(preference));
    else localStorage.setItem(keyOf(preference), value);
  } catch {}
}
