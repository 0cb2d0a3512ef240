// A small choice of emoji to react with. Any other can be written as a message.

import { button, h } from "./dom.ts";
import { wording } from "./language.ts";
import { openMenu, type Place } from "./popup.ts";

/** One press away in the menu of a message. */
export const quickEmoji = ["👍", "❤️", "😂", "😮", "😢", "🎉"] as const;

const choice =
  "👍 👎 ❤️ 😂 😊 😍 😮 😢 😡 🎉 🙏 👏 🔥 ✅ ❌ 👀 🤔 💯 🙌 💪 😅 😉 😎 🤗 🤩 😴 🤯 😱 🥳 🤝 👋 ✨ ⭐ 💡 ☕ 🍀 🌈 🎵 🚀 🫶";
const columns = 8;

/** Opens the choice at a place and tells what was taken. */
export function openEmojiPicker(place: Place, take: (emoji: string) => void): void {
  const grid = h("div", {
    class: "emoji-grid",
    attributes: { role: "group", "aria-label": wording.moreReactions },
  });
  const all = choice.split(" ").map((emoji) => {
    const made = button("emoji", emoji, () => {
      menu.close();
      take(emoji);
    });
    made.setAttribute("role", "menuitem");
    made.tabIndex = -1;
    return made;
  });
  grid.append(...all);
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowDown: columns, ArrowUp: -columns }[event.key];
    const at = all.findIndex((each) => each === document.activeElement);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    all.at((at + step) % all.length)?.focus();
  });
  const menu = openMenu(wording.moreReactions, [], place, grid);
}
