// Where a text stops being JSON. The engine's own message names a place in some cases, in words that change with it.

const blank = /[ \t\r\n]*/y;
/** All but the quote, the backslash and what is below the blank may stand for itself. */
const text = /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/**
 * The line and the column, both from 1, of the first thing in `source` that cannot stand there.
 * @param source a text that is not JSON; of one that is, the place behind it
 */
export function flawOf(source: string): { readonly line: number; readonly column: number } {
  const before = source.slice(0, flawAt(source)).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** What may come next: `first` and `firstName` also allow the end of what has just been opened. */
type Expected = "value" | "first" | "name" | "firstName" | "colon" | "comma";

function flawAt(source: string): number {
  const closers: string[] = [];
  let at = 0;
  let expected: Expected = "value";

  /** Steps over what `shape` matches here. */
  function skip(shape: RegExp): boolean {
    shape.lastIndex = at;
    if (!shape.test(source)) return false;
    at = shape.lastIndex;
    return true;
  }
  /** Steps over the sign that stands here and gives what comes next, null where it must not stand here. */
  function step(): Expected | null {
    const sign = source[at] ?? "";
    const mayEnd = expected === "comma" || expected === "first" || expected === "firstName";
    if (mayEnd && sign !== "" && sign === closers.at(-1)) {
      closers.pop();
      at++;
      return "comma";
    }
    if (expected === "colon" || expected === "comma") {
      if (sign !== (expected === "colon" ? ":" : ",") || closers.length === 0) return null;
      at++;
      return expected === "comma" && closers.at(-1) === "}" ? "name" : "value";
    }
    if (expected === "name" || expected === "firstName") return skip(text) ? "colon" : null;
    if (sign !== "{" && sign !== "[") return skip(text) || skip(scalar) ? "comma" : null;
    closers.push(sign === "{" ? "}" : "]");
    at++;
    return sign === "{" ? "firstName" : "first";
  }

  for (;;) {
    skip(blank);
    const next = step();
    if (next === null) return at;
    expected = next;
  }
}
