// Everything that can be done in a room, for whoever does not type commands.

import type { RoomActs } from "./commands.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import type { MenuItem } from "./popup.ts";

/** What the menu offers beside the commands, and what asks before it does something. */
export interface MenuActs {
  readonly topic: () => void;
  /** Asks which kind of file. */
  readonly save: () => void;
  readonly rename: () => void;
  readonly settings: () => void;
  readonly anotherRoom: () => void;
}

/** The items of the menu. */
export function roomMenu(acts: RoomActs, more: MenuActs): MenuItem[] {
  return [
    { label: wording.share, icon: iconPath.share, run: acts.share },
    { label: wording.topic, icon: iconPath.topic, run: more.topic },
    { label: wording.search.label, icon: iconPath.search, run: () => acts.search("") },
    { label: wording.saveAs, icon: iconPath.save, run: more.save },
    { label: wording.clear, icon: iconPath.clear, run: acts.clear },
    null,
    { label: wording.rename, icon: iconPath.person, run: more.rename },
    { label: wording.settings, icon: iconPath.settings, run: more.settings },
    { label: wording.anotherRoom, icon: iconPath.add, run: more.anotherRoom },
    { label: wording.help, icon: iconPath.help, run: acts.help },
    null,
    { label: wording.leave, icon: iconPath.leave, run: acts.leave },
  ];
}
