// Emoji by the names people know from GitHub, Slack and Discord, the common ones; data only. Several names of one are
// joined by commas. A name stands once; who looks for more writes the emoji itself.

const table = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing,satisfied 😆 sweat_smile 😅 rofl 🤣 joy 😂 slightly_smiling_face 🙂 upside_down_face 🙃 melting_face 🫠
wink 😉 blush 😊 innocent 😇 smiling_face_with_three_hearts 🥰 heart_eyes 😍 star_struck 🤩 kissing_heart 😘
yum 😋 stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 zany_face 🤪 stuck_out_tongue_closed_eyes 😝 hugs 🤗
hand_over_mouth 🤭 shushing_face 🤫 thinking 🤔 saluting_face 🫡 zipper_mouth_face 🤐 raised_eyebrow 🤨 neutral_face 😐 expressionless 😑 no_mouth 😶
smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 drooling_face 🤤 sleeping 😴 mask 😷
face_with_thermometer 🤒 nauseated_face 🤢 vomiting_face 🤮 sneezing_face 🤧 hot_face 🥵 cold_face 🥶 dizzy_face 😵 exploding_head 🤯
cowboy_hat_face 🤠 partying_face 🥳 sunglasses 😎 nerd_face 🤓 monocle_face 🧐 confused 😕 worried 😟 slightly_frowning_face 🙁
open_mouth 😮 hushed 😯 astonished 😲 flushed 😳 pleading_face 🥺 face_holding_back_tears 🥹 frowning 😦 fearful 😨 cold_sweat 😰
cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 weary 😩 tired_face 😫 yawning_face 🥱
triumph 😤 rage,pout 😡 angry 😠 cursing_face 🤬 smiling_imp 😈 imp 👿 skull 💀 poop,hankey 💩 clown_face 🤡 ghost 👻 alien 👽 robot 🤖
joy_cat 😹 heart_eyes_cat 😻 scream_cat 🙀 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
love_letter 💌 cupid 💘 sparkling_heart 💖 heartbeat 💓 two_hearts 💕 broken_heart 💔 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙
purple_heart 💜 black_heart 🖤 white_heart 🤍 100 💯 anger 💢 boom,collision 💥 dizzy 💫 sweat_drops 💦 dash 💨 speech_balloon 💬 thought_balloon 💭 zzz 💤
wave 👋 raised_hand,hand ✋ vulcan_salute 🖖 ok_hand 👌 pinched_fingers 🤌 v ✌️ crossed_fingers 🤞 love_you_gesture 🤟 metal 🤘 call_me_hand 🤙
point_left 👈 point_right 👉 point_up_2 👆 point_down 👇 point_up ☝️ +1,thumbsup 👍 -1,thumbsdown 👎 fist ✊ punch,facepunch 👊 clap 👏 raised_hands 🙌 heart_hands 🫶
open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 brain 🧠 eyes 👀 eye 👁️ ear 👂 nose 👃 tongue 👅
baby 👶 child 🧒 boy 👦 girl 👧 adult 🧑 man 👨 woman 👩 raising_hand 🙋 facepalm 🤦 shrug 🤷
technologist 🧑‍💻 ninja 🥷 santa 🎅 dancer 💃 running 🏃 walking 🚶 family 👪
monkey_face 🐵 dog 🐶 wolf 🐺 fox_face 🦊 cat 🐱 lion 🦁 tiger 🐯 horse 🐴 unicorn 🦄 cow 🐮 pig 🐷 sheep 🐑 giraffe 🦒
elephant 🐘 mouse 🐭 rabbit 🐰 bat 🦇 bear 🐻 koala 🐨 panda_face 🐼 paw_prints 🐾 chicken 🐔
rooster 🐓 hatching_chick 🐣 bird 🐦 penguin 🐧 dove 🕊️ duck 🦆 owl 🦉 frog 🐸 turtle 🐢 snake 🐍 dragon 🐉 t-rex 🦖
whale 🐳 dolphin 🐬 fish 🐟 shark 🦈 octopus 🐙 crab 🦀 snail 🐌 butterfly 🦋 bug 🐛 bee,honeybee 🐝 lady_beetle 🐞 spider 🕷️
bouquet 💐 cherry_blossom 🌸 rose 🌹 sunflower 🌻 tulip 🌷 seedling 🌱 evergreen_tree 🌲 palm_tree 🌴 cactus 🌵 four_leaf_clover 🍀
maple_leaf 🍁 mushroom 🍄 grapes 🍇 watermelon 🍉 lemon 🍋 banana 🍌 pineapple 🍍 apple 🍎 pear 🍐 peach 🍑 cherries 🍒
strawberry 🍓 tomato 🍅 avocado 🥑 eggplant 🍆 potato 🥔 carrot 🥕 corn 🌽 hot_pepper 🌶️ broccoli 🥦
bread 🍞 croissant 🥐 pancakes 🥞 cheese 🧀 bacon 🥓 hamburger 🍔 fries 🍟 pizza 🍕 hotdog 🌭 sandwich 🥪 taco 🌮 egg 🥚
salad,green_salad 🥗 popcorn 🍿 salt 🧂 ramen 🍜 spaghetti 🍝 sushi 🍣 icecream 🍦 doughnut 🍩 cookie 🍪 birthday 🎂 cake 🍰
chocolate_bar 🍫 coffee ☕ tea 🍵 champagne 🍾 wine_glass 🍷 cocktail 🍸
tropical_drink 🍹 beer 🍺 beers 🍻 clinking_glasses 🥂 ice_cube 🧊 fork_and_knife 🍴 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏
mountain ⛰️ camping 🏕️ beach_umbrella 🏖️ desert_island 🏝️ house 🏠 hospital 🏥 school 🏫 castle 🏰 tent ⛺ sunrise 🌅
steam_locomotive 🚂 train 🚆 bus 🚌 ambulance 🚑 fire_engine 🚒 police_car 🚓 taxi 🚕 car,red_car 🚗 truck 🚚
motorcycle 🏍️ bike 🚲 construction 🚧 anchor ⚓ sailboat ⛵ ship 🚢 airplane ✈️ helicopter 🚁 rocket 🚀
hourglass ⌛ watch ⌚ alarm_clock ⏰ new_moon 🌑 full_moon 🌕 crescent_moon 🌙 sunny ☀️ star ⭐ star2 🌟 stars 🌠 cloud ☁️ partly_sunny ⛅
cloud_with_rain 🌧️ tornado 🌪️ fog 🌫️ rainbow 🌈 umbrella ☔ zap ⚡ snowflake ❄️ snowman ⛄ fire 🔥 droplet 💧 ocean 🌊
christmas_tree 🎄 fireworks 🎆 sparkles ✨ balloon 🎈 tada 🎉 confetti_ball 🎊 ribbon 🎀 gift 🎁 ticket 🎫 medal_sports 🏅 trophy 🏆
1st_place_medal 🥇 2nd_place_medal 🥈 3rd_place_medal 🥉 soccer ⚽ baseball ⚾ basketball 🏀 football 🏈 tennis 🎾 bowling 🎳 ping_pong 🏓
golf ⛳ ski 🎿 dart 🎯 kite 🪁 8ball 🎱 crystal_ball 🔮 video_game 🎮 game_die 🎲 jigsaw 🧩
chess_pawn ♟️ art 🎨 thread 🧵 eyeglasses 👓 necktie 👔 shirt,tshirt 👕 dress 👗 socks 🧦 athletic_shoe 👟 crown 👑 tophat 🎩
ring 💍 gem 💎 mute 🔇 loudspeaker 📢 mega 📣 bell 🔔 no_bell 🔕 musical_note 🎵 notes 🎶 microphone 🎤 headphones 🎧
guitar 🎸 trumpet 🎺 violin 🎻 drum 🥁 iphone 📱 phone,telephone ☎️ battery 🔋 electric_plug 🔌 computer 💻 desktop_computer 🖥️ keyboard ⌨️
floppy_disk 💾 movie_camera 🎥 tv 📺 camera 📷 mag 🔍 bulb 💡 book 📖 books 📚 scroll 📜 newspaper 📰
bookmark 🔖 moneybag 💰 coin 🪙 credit_card 💳 email,envelope ✉️ package 📦 ballot_box 🗳️ pencil2 ✏️
memo,pencil 📝 briefcase 💼 file_folder 📁 date 📅 calendar 📆 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 pushpin 📌
paperclip 📎 scissors ✂️ wastebasket 🗑️ lock 🔒 unlock 🔓 key 🔑 hammer 🔨 hammer_and_wrench 🛠️ shield 🛡️ wrench 🔧
screwdriver 🪛 gear ⚙️ balance_scale ⚖️ link 🔗 magnet 🧲 test_tube 🧪 dna 🧬 microscope 🔬 telescope 🔭 satellite 📡
syringe 💉 pill 💊 door 🚪 bed 🛏️ shower 🚿 broom 🧹 soap 🧼 shopping_cart 🛒 warning ⚠️
no_entry ⛔ no_entry_sign 🚫 arrow_up ⬆️ arrow_right ➡️ arrow_down ⬇️ arrow_left ⬅️ arrows_counterclockwise 🔄 back 🔙
soon 🔜 top 🔝 peace_symbol ☮️ yin_yang ☯️ infinity ♾️ recycle ♻️ arrow_forward ▶️ pause_button ⏸️ heavy_plus_sign ➕ heavy_minus_sign ➖
question ❓ exclamation,heavy_exclamation_mark ❗ white_check_mark ✅ heavy_check_mark ✔️ x ❌ o ⭕ sos 🆘
new 🆕 cool 🆒 ok 🆗 red_circle 🔴 yellow_circle 🟡 green_circle 🟢 large_blue_circle 🔵 black_circle ⚫ white_circle ⚪
checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️ rainbow_flag 🏳️‍🌈 pirate_flag 🏴‍☠️ eu 🇪🇺 de 🇩🇪 at 🇦🇹 switzerland 🇨🇭 gb,uk 🇬🇧 us 🇺🇸 fr 🇫🇷 it 🇮🇹 es 🇪🇸
netherlands 🇳🇱 poland 🇵🇱 ukraine 🇺🇦 tr 🇹🇷 sweden 🇸🇪 norway 🇳🇴 denmark 🇩🇰 finland 🇫🇮 brazil 🇧🇷 canada 🇨🇦 mexico 🇲🇽 india 🇮🇳 jp 🇯🇵 cn 🇨🇳 kr 🇰🇷 australia 🇦🇺
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
