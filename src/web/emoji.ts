// Emoji by the names people know from GitHub, Slack and Discord, the common ones; data only. Several names of one are
// joined by commas. A name stands once; who looks for more writes the emoji itself.

const table = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing,satisfied 😆 sweat_smile 😅 rofl 🤣 joy 😂 slightly_smiling_face 🙂 upside_down_face 🙃
wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star_struck 🤩 kissing_heart 😘
yum 😋 stuck_out_tongue 😛 zany_face 🤪 hugs 🤗
hand_over_mouth 🤭 shushing_face 🤫 thinking 🤔 zipper_mouth_face 🤐 raised_eyebrow 🤨 neutral_face 😐 expressionless 😑 no_mouth 😶
smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 drooling_face 🤤 sleeping 😴 mask 😷
nauseated_face 🤢 vomiting_face 🤮 hot_face 🥵 cold_face 🥶 dizzy_face 😵 exploding_head 🤯
partying_face 🥳 sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟
open_mouth 😮 astonished 😲 flushed 😳 pleading_face 🥺 frowning 😦 cold_sweat 😰
cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 tired_face 😫 yawning_face 🥱
triumph 😤 rage,pout 😡 angry 😠 cursing_face 🤬 smiling_imp 😈 imp 👿 skull 💀 poop,hankey 💩 clown_face 🤡 ghost 👻 alien 👽 robot 🤖
see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
sparkling_heart 💖 two_hearts 💕 broken_heart 💔 heart ❤️ yellow_heart 💛 green_heart 💚 blue_heart 💙
purple_heart 💜 black_heart 🖤 white_heart 🤍 100 💯 boom,collision 💥 dizzy 💫 speech_balloon 💬 zzz 💤
wave 👋 raised_hand,hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 metal 🤘
point_left 👈 point_right 👉 point_down 👇 point_up ☝️ +1,thumbsup 👍 -1,thumbsdown 👎 fist ✊ clap 👏 raised_hands 🙌 heart_hands 🫶
handshake 🤝 pray 🙏 muscle 💪 brain 🧠 eyes 👀 eye 👁️ ear 👂
raising_hand 🙋 facepalm 🤦 shrug 🤷
technologist 🧑‍💻 ninja 🥷 running 🏃
dog 🐶 fox_face 🦊 cat 🐱 lion 🦁 unicorn 🦄 pig 🐷
bear 🐻 panda_face 🐼
bird 🐦 penguin 🐧 duck 🦆 owl 🦉 frog 🐸 turtle 🐢 snake 🐍 dragon 🐉
fish 🐟 octopus 🐙 crab 🦀 butterfly 🦋 bug 🐛 bee,honeybee 🐝
cherry_blossom 🌸 sunflower 🌻 tulip 🌷 seedling 🌱 cactus 🌵
mushroom 🍄 watermelon 🍉 banana 🍌 apple 🍎
strawberry 🍓 avocado 🥑 carrot 🥕 hot_pepper 🌶️
bread 🍞 croissant 🥐 cheese 🧀 hamburger 🍔 pizza 🍕 egg 🥚
salad,green_salad 🥗 popcorn 🍿 ramen 🍜 doughnut 🍩 cookie 🍪 birthday 🎂
chocolate_bar 🍫 coffee ☕ tea 🍵 wine_glass 🍷 cocktail 🍸
beer 🍺 beers 🍻 clinking_glasses 🥂 earth_africa 🌍
camping 🏕️ beach_umbrella 🏖️ house 🏠 sunrise 🌅
train 🚆
bike 🚲 sailboat ⛵ airplane ✈️ rocket 🚀
alarm_clock ⏰ full_moon 🌕 crescent_moon 🌙 sunny ☀️ star ⭐ star2 🌟 cloud ☁️
rainbow 🌈 umbrella ☔ zap ⚡ snowflake ❄️ snowman ⛄ fire 🔥 droplet 💧 ocean 🌊
christmas_tree 🎄 fireworks 🎆 sparkles ✨ tada 🎉 confetti_ball 🎊 gift 🎁 trophy 🏆
1st_place_medal 🥇 2nd_place_medal 🥈 3rd_place_medal 🥉 soccer ⚽ basketball 🏀
dart 🎯 video_game 🎮 game_die 🎲
art 🎨 shirt,tshirt 👕 crown 👑
gem 💎 bell 🔔 musical_note 🎵 notes 🎶 microphone 🎤 headphones 🎧
guitar 🎸 iphone 📱 phone,telephone ☎️ computer 💻 keyboard ⌨️
mag 🔍 bulb 💡 book 📖 books 📚
moneybag 💰 email,envelope ✉️ package 📦 pencil2 ✏️
memo,pencil 📝 date 📅 chart_with_upwards_trend 📈 bar_chart 📊 pushpin 📌
paperclip 📎 wastebasket 🗑️ lock 🔒 unlock 🔓 key 🔑 hammer 🔨 shield 🛡️
gear ⚙️
warning ⚠️
no_entry ⛔ arrows_counterclockwise 🔄
recycle ♻️
question ❓ exclamation,heavy_exclamation_mark ❗ white_check_mark ✅ heavy_check_mark ✔️ x ❌
checkered_flag 🏁 triangular_flag_on_post 🚩 rainbow_flag 🏳️‍🌈 pirate_flag 🏴‍☠️
`;

export interface Emoji {
  /** Its names, the usual one first. */
  readonly names: readonly string[];
  readonly emoji: string;
}

/** All of them, in the order in which emoji keyboards show them. */
export const emojis: readonly Emoji[] = [...table.matchAll(/(\S+) (\S+)\s/g)].map(
  ([, names = "", emoji = ""]) => ({ names: names.split(","), emoji }),
);
