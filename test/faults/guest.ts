// Somebody in a room behind a real relay: a session with real cryptography and real time, only faster, and the screen
// that it draws.

import type { Bytes } from "../../src/protocol/base64url.ts";
import { createMemberKey, restoreMemberKey } from "../../src/crypto/member.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { createSession } from "../../src/session/session.ts";
import type { Line, SavedSession, Session } from "../../src/session/world.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Screen } from "../session/screen.ts";
import type { Dialler } from "./doors.ts";

const usualPhrase = "maple river";

/** What a test does with somebody in the room, wherever the session runs. */
export interface Guest {
  readonly screen: Screen;
  /** What the session has told and no screen may show: a gap, a line that did not open, a bug. */
  readonly scars: readonly string[];
  say(text: string): void;
  /** The end of the process that shows the room: nothing is said to anybody. */
  crash(): void;
}

export interface GuestOptions {
  readonly name: string;
  /** One room for all where it is left out. */
  readonly phrase?: string;
  readonly salt: Bytes;
  readonly dialler: Dialler;
  /** How many times faster its clock runs: its patience of 25 s and 10 s need not be waited for. */
  readonly speed: number;
  /** Hears every event when the screen has drawn it. */
  readonly heard: (event: SessionEvent) => void;
  /** Where scars are put, for whoever needs them before the guest is there. */
  readonly scars?: string[];
}

/** A tab in this process. */
export interface Tab extends Guest {
  wake(): void;
  rename(name: string): void;
  /** The page is loaded anew: all that stays is what the session saves. */
  reload(): Promise<void>;
  /** What a reload would keep. */
  saved(): SavedSession;
}

/** Enters the room; resolves as soon as the session dials. */
export async function enter(options: GuestOptions): Promise<Tab> {
  const scars = options.scars ?? [];
  let life = await live(options, scars, null);
  return {
    get screen() {
      return life.screen;
    },
    scars,
    say(text) {
      const fault = life.session.say(text);
      if (fault !== null) throw new Error(`${options.name} cannot say ${text}: ${fault}`);
    },
    wake: () => life.session.wake(),
    rename: (name) => life.session.rename(name),
    crash: () => life.end(),
    saved: () => life.session.save(),
    async reload() {
      const saved = life.session.save();
      life.end();
      life = await live({ ...options, name: saved.name }, scars, saved);
    },
  };
}

interface Life {
  readonly session: Session;
  readonly screen: Screen;
  /** Timers stop, lines break, and nothing is heard of it any more. */
  end(): void;
}

async function live(options: GuestOptions, scars: string[], saved: SavedSession | null): Promise<Life> {
  const { phrase = usualPhrase } = options;
  const keys = await keysOf(phrase, options.salt);
  const restored = saved && (await restoreMemberKey(saved.member));
  const screen = new Screen();
  const lines = new Set<Line>();
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;
  const bornAtMs = performance.now();
  const session = createSession(
    { keys, member: restored ?? (await createMemberKey()), name: options.name, ...(saved ? { saved } : {}) },
    {
      dial(roomId, listener) {
        const line = options.dialler.dial(roomId, listener);
        lines.add(line);
        return line;
      },
      derive: (salt) => keysOf(phrase, salt),
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => Date.now() + Math.round((performance.now() - bornAtMs) * options.speed),
      after(ms, callback) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          if (!isOver) callback();
        }, ms / options.speed);
        timers.add(timer);
        return () => {
          clearTimeout(timer);
          timers.delete(timer);
        };
      },
      tell(event) {
        if (isOver) return;
        screen.hear(event);
        if (event.type === "entry" && (event.entry.kind === "gap" || event.entry.kind === "unreadable")) {
          scars.push(`${options.name} sees ${JSON.stringify(event.entry)}`);
        }
        options.heard(event);
      },
      fault: (error) => scars.push(`${options.name}: ${String(error)}`),
    },
  );
  session.start();
  return {
    session,
    screen,
    end() {
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
      for (const line of lines) line.close();
    },
  };
}
