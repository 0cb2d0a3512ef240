// What a person can do with the room as a whole, by command or by menu: one function for each, made from what the
// session and the page offer.

import type { Session } from "../session/world.ts";
import type { RoomActs } from "./commands.ts";
import { download, spellLocal } from "./download.ts";
import { exportRoom } from "./export.ts";
import type { LogView } from "./log-view.ts";
import { wording } from "./language.ts";
import type { SearchBar } from "./search-bar.ts";

interface RoomActsOptions {
  readonly session: Pick<Session, "rename" | "setTopic" | "setTimer">;
  readonly name: () => string;
  readonly log: Pick<LogView, "entries" | "clear">;
  readonly search: Pick<SearchBar, "open" | "refresh">;
  readonly topic: () => string;
  readonly share: () => void;
  readonly leave: () => void;
  readonly help: () => void;
}

/** Puts them together. */
export function createRoomActs(options: RoomActsOptions): RoomActs {
  const { session, log, topic, search, share, leave, help } = options;
  return {
    rename(name) {
      if (name !== options.name()) session.rename(name);
    },
    setTopic: session.setTopic,
    setTimer: session.setTimer,
    search: search.open,
    export(format) {
      const words = wording.exported;
      const facts = { at: Date.now(), spell: spellLocal, topic: topic(), words };
      download(exportRoom(format, log.entries(), facts));
    },
    clear() {
      log.clear();
      search.refresh();
    },
    share,
    help,
    leave,
  };
}
