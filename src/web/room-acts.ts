// What a person can do with the room as a whole, by command or by menu: one function for each, made from what the
// session and the page offer.

import type { Session } from "../session/world.ts";
import type { RoomActs } from "./commands.ts";
import { download, spellLocal } from "./download.ts";
import { exportRoom } from "./export.ts";
import type { LogView } from "./log-view.ts";
import { wording } from "./language.ts";

interface RoomActsOptions {
  readonly session: Pick<Session, "rename" | "setTopic" | "setTimer">;
  readonly log: Pick<LogView, "entries" | "clear">;
  readonly search: (query: string) => void;
  readonly topic: () => string;
  readonly share: () => void;
  readonly leave: () => void;
  readonly help: () => void;
}

/** Puts them together. */
export function createRoomActs(options: RoomActsOptions): RoomActs {
  const { session, log, topic, search, share, leave, help } = options;
  return {
    rename: session.rename,
    setTopic: session.setTopic,
    setTimer: session.setTimer,
    search,
    export(format) {
      const words = wording.exported;
      const facts = { at: Date.now(), spell: spellLocal, topic: topic(), words };
      download(exportRoom(format, log.entries(), facts));
    },
    clear: () => log.clear(),
    share,
    help,
    leave,
  };
}
