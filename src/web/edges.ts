// Where a word ends, for marks, mentions and links. It looks at one character and its place, never further.

/** From here on scripts write no spaces between words, or it is a sign: CJK, emoji, half of a surrogate pair. */
const firstWithoutSpaces = 0x2e80;
const firstBeyondAscii = 0x80;
/** Beside white space: what may stand between a mark and the outside of a word. */
const signs = new Set(Array.from("()[]{}<>\"'“”‘’„«»‹›¿¡-–—,.;:!?…*_~|&+=`", (sign) => sign.charCodeAt(0)));
const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

/** Whether the character at `at` belongs to a word that would go on beside it. */
export function isWordAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < firstBeyondAscii) return isAsciiWord(unit);
  return unit < firstWithoutSpaces && wordCharacter.test(text.charAt(at));
}

/** Whether a word may end beside `at`: nothing stands there, a space, a sign, or a script without spaces. */
export function isEdgeAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= firstWithoutSpaces || signs.has(unit) || !isInkAt(text, at);
}

/** Whether something other than white space stands there. */
export function isInkAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < firstBeyondAscii) return unit > 0x20;
  return text.charAt(at).trim() !== "";
}

function isAsciiWord(unit: number): boolean {
  const isLetter = (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
  return isLetter || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;
}
