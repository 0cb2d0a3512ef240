// The rooms that somebody has asked this browser to remember, in localStorage: five pictures, the topic, the day; and the
// passphrase only where that was asked for as well.

import { normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { neutralise } from "./neutral.ts";
import { readPreference, writePreference } from "./preferences.ts";

export interface RecentRoom {
  /** The five pictures: what a room is known by. */
  readonly pictures: string;
  readonly topic: string;
  /** When one was last there, ms since 1970. */
  readonly at: number;
  /** Null: the words have to be typed. */
  readonly phrase: Phrase | null;
}

const most = 20;
/** Longer ones are not ours. */
const longestText = 2_000;

/** The remembered rooms, the latest first. */
export function recentRooms(): RecentRoom[] {
  try {
    const value: unknown = JSON.parse(readPreference("rooms") ?? "[]");
    return Array.isArray(value) ? value.flatMap((each) => check(each) ?? []).slice(0, most) : [];
  } catch {
    return [];
  }
}

/** The room with these pictures, if it is remembered. */
export function recentRoom(pictures: string): RecentRoom | null {
  return recentRooms().find((room) => room.pictures === pictures) ?? null;
}

/** Remembers a room, or what has changed in it. */
export function rememberRoom(room: RecentRoom): void {
  write([room, ...recentRooms().filter(({ pictures }) => pictures !== room.pictures)]);
}

export function forgetRoom(pictures: string): void {
  write(recentRooms().filter((room) => room.pictures !== pictures));
}

function write(rooms: readonly RecentRoom[]): void {
  const latest = rooms.toSorted((a, b) => b.at - a.at).slice(0, most);
  writePreference("rooms", latest.length === 0 ? null : JSON.stringify(latest));
}

/** A place that extensions and people can write to: the shape is checked. */
function check(value: unknown): RecentRoom | null {
  const { pictures, topic, at, phrase } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!isText(pictures) || !isText(topic) || typeof at !== "number" || !Number.isFinite(at)) return null;
  const normal = isText(phrase) ? normalisePhrase(phrase) : null;
  return {
    pictures,
    topic: neutralise(topic).trim(),
    at,
    phrase: normal?.kind === "phrase" ? normal.phrase : null,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestText;
}
