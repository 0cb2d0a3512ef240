// Takes out of a text what could deceive the eye: characters that turn the writing around, characters that nobody sees,
// and towers of combining marks. It is for what is drawn; what was sealed stays as its author wrote it.

import { maxMarksPerLetter } from "../protocol/limits.ts";

/** What is looked at more closely: marks, and anything that may have to go. */
const special = /[\p{M}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff0-\ufffb]/u;
/** Most texts have none of it, and cost one look. A mark or two on a letter is how many people write. */
const suspicious = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff0-\ufffb]|\p{M}{3}/u;
const joiner = /[\u200c\u200d]/;
const tag = /[\u{e0020}-\u{e007f}]/u;
/** Ideographs and emoji choose their shape by these; as marks they are counted. */
const shapeSelector = /[\u180b-\u180d\u180f\u{e0100}-\u{e01ef}]/u;
const unseen = /[\p{Default_Ignorable_Code_Point}\ufff0-\ufffb\p{Bidi_Control}]/u;
/** Never taken for unseen, though Unicode lists it so: emoji and text forms of a sign. */
const variation = /[\ufe00-\ufe0f]/;
const mark = /\p{M}/u;
const pictured = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u;
/** Arabic to Mongolian and their extensions: scripts whose letters join, or stack, and are steered by joiners. */
const joining =
  /[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u18af\u1a20-\u1aaf\u1b05-\u1c4f\ua840-\ua8ff\ua980-\ua9df\uabc0-\uabff\u{10a00}-\u{11fff}]/u;
const blackFlag = "\u{1f3f4}";
/** As UTS #51 builds them, version 16: a flag, a key, a flag with tags, or up to five pictures joined. */
const oneEmoji =
  /^(?:\p{RI}{2}|[#*\d]\ufe0f?\u20e3|\u{1f3f4}[\u{e0020}-\u{e007f}]{3,7}|(?:(?:^|\u200d)\p{Extended_Pictographic}[\ufe0e\ufe0f\p{Emoji_Modifier}]{0,2}){1,5})$/u;

/**
 * The text as it may be drawn: line and paragraph separators become newlines, direction controls and characters without
 * a shape are left out, and of the marks on one letter only the first few stay. Joiners stay inside emoji and in scripts
 * that need them, tags stay behind a black flag (Scotland, Wales).
 */
export function neutralise(text: string): string {
  return suspicious.test(text) ? cleaned(text) : text;
}

/** Whether a text is one emoji as people mean it, and no word, no row of several, and nothing unseen. */
export function isEmoji(text: string): boolean {
  return oneEmoji.test(text);
}

function cleaned(text: string): string {
  const characters = Array.from(text);
  let result = "";
  let marks = 0;
  /** The last character that stayed. */
  let last = "";
  let inFlag = false;
  for (const [at, character] of characters.entries()) {
    if (!special.test(character)) {
      marks = 0;
      inFlag = character === blackFlag;
      result += character;
      last = character;
      continue;
    }
    if (character === "\u2028" || character === "\u2029") result += "\n";
    if (!stays(character, last, characters[at + 1] ?? "", inFlag)) continue;
    // A joiner is no new letter: a tower must not go on behind it.
    if (mark.test(character)) marks++;
    else if (!joiner.test(character)) marks = 0;
    if (marks > maxMarksPerLetter) continue;
    inFlag &&= tag.test(character);
    result += character;
    last = character;
  }
  return result;
}

/** Whether one of the special characters may be drawn behind `last`, the one before it that is. */
function stays(character: string, last: string, next: string, inFlag: boolean): boolean {
  if (joiner.test(character)) return joins(last, next, character);
  if (tag.test(character)) return inFlag;
  return character !== "\u2028" && character !== "\u2029" && !isUnseen(character);
}

function isUnseen(character: string): boolean {
  return unseen.test(character) && !variation.test(character) && !shapeSelector.test(character);
}

/** U+200D glues emoji; both joiners steer how letters of some scripts join. Anywhere else they only hide something. */
function joins(before: string, behind: string, character: string): boolean {
  if (character === "\u200d" && pictured.test(before) && pictured.test(behind)) return true;
  return joining.test(before);
}
