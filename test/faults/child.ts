// Starts tab.ts and stands for it in this process: the same guest as any other, and one that can be frozen.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Screen } from "../session/screen.ts";
import type { Guest, GuestOptions } from "./guest.ts";
import type { FromTab, TabOptions, ToTab } from "./tab.ts";

export interface Child extends Guest {
  /** Stops the process where it stands. */
  freeze(): void;
  thaw(): void;
}

/** Enters the room with a process; resolves as soon as its session dials. */
export async function enterApart(options: TabOptions & Pick<GuestOptions, "heard">): Promise<Child> {
  const { heard, ...rest } = options;
  const process = fork(fileURLToPath(new URL("./tab.js", import.meta.url)), { serialization: "advanced" });
  const tell = (what: ToTab) => process.send(what);
  const screen = new Screen();
  let scars: readonly string[] = [];
  const dials = new Promise<void>((resolve, reject) => {
    process.on("message", (told: FromTab) => {
      ({ scars } = told);
      screen.hear(told.event);
      heard(told.event);
      if (told.event.type === "status") resolve();
    });
    process.once("exit", () => reject(new Error(`${options.name} ended`)));
  });
  tell(rest);
  await dials;
  return {
    screen,
    get scars() {
      return scars;
    },
    say: tell,
    crash: () => process.kill("SIGKILL"),
    freeze: () => process.kill("SIGSTOP"),
    thaw: () => process.kill("SIGCONT"),
  };
}
