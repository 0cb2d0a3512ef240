// A tab in a process of its own, so that it can be stopped as a whole. child.ts starts it and is told everything.

import type { Bytes } from "../../src/protocol/base64url.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { doorCalled } from "./doors.ts";
import { enter } from "./guest.ts";

/** The first message: who it is and where to. */
export interface TabOptions {
  readonly name: string;
  readonly door: string;
  readonly origin: string;
  readonly salt: Bytes;
  readonly speed: number;
}

/** Every later message: a text to say. */
export type ToTab = TabOptions | string;

/** What the session tells, and the scars it has by then. */
export interface FromTab {
  readonly event: SessionEvent;
  readonly scars: readonly string[];
}

const scars: string[] = [];
process.once("message", ({ door, origin, ...options }: TabOptions) => {
  const dialler = doorCalled(door).open(origin);
  const heard = (event: SessionEvent) => process.send?.({ event, scars } satisfies FromTab);
  const entered = enter({ ...options, dialler, heard, scars });
  process.on("message", (text: string) => void entered.then((tab) => tab.say(text)));
});
process.on("disconnect", () => process.exit());
