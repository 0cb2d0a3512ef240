// The 64 symbols of the room code: the emoji of Matrix's short authentication string, in its order, with its English
// names (Matrix specification, client-server API, "SAS method: emoji"). They were chosen to be told apart at a glance
// and to be named over the telephone. Data only.

/** One of the five symbols that two people compare. */
export interface RoomSymbol {
  /** 0 (dog) to 63 (pin). */
  readonly index: number;
  /** The emoji, with its variation selector where it has one. */
  readonly symbol: string;
  /** What it is called when it is read aloud, lower case: `thumbs up`. */
  readonly name: string;
}

const text =
  "🐶 dog,🐱 cat,🦁 lion,🐎 horse,🦄 unicorn,🐷 pig,🐘 elephant,🐰 rabbit,🐼 panda,🐓 rooster,🐧 penguin,🐢 turtle," +
  "🐟 fish,🐙 octopus,🦋 butterfly,🌷 flower,🌳 tree,🌵 cactus,🍄 mushroom,🌏 globe,🌙 moon,☁️ cloud,🔥 fire," +
  "🍌 banana,🍎 apple,🍓 strawberry,🌽 corn,🍕 pizza,🎂 cake,❤️ heart,😀 smiley,🤖 robot,🎩 hat,👓 glasses,🔧 spanner," +
  "🎅 santa,👍 thumbs up,☂️ umbrella,⌛ hourglass,⏰ clock,🎁 gift,💡 light bulb,📕 book,✏️ pencil,📎 paperclip," +
  "✂️ scissors,🔒 lock,🔑 key,🔨 hammer,☎️ telephone,🏁 flag,🚂 train,🚲 bicycle,✈️ aeroplane,🚀 rocket,🏆 trophy," +
  "⚽ ball,🎸 guitar,🎺 trumpet,🔔 bell,⚓ anchor,🎧 headphones,📁 folder,📌 pin";

/** By index. */
export const symbols: readonly RoomSymbol[] = text.split(",").map((entry, index) => {
  const space = entry.indexOf(" ");
  return { index, symbol: entry.slice(0, space), name: entry.slice(space + 1) };
});
