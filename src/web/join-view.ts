// The way in: a name and the words. It judges while one types and derives nothing; it hands over what was typed.

import { checkName } from "../crypto/name.ts";
import {
  checkPhrase,
  judgePhrase,
  type MistypedWord,
  normalisePhrase,
  type Phrase,
} from "../crypto/phrase.ts";
import { phraseWords } from "../protocol/limits.ts";
import { beginsListWord, isListWord } from "../crypto/typo.ts";
import { type Invitation, wordsOf } from "../session/invite.ts";
import { completeListWord } from "./word-completion.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { privacyLink } from "./privacy-link.ts";
import { createRecentList } from "./recent-list.ts";
import { languageChoice } from "./settings.ts";
import { wording } from "./language.ts";
import { createSuggestions, isComposing } from "./suggestions.ts";

export interface JoinView {
  readonly element: HTMLElement;
  /** Shows what is going on instead of the button; `fraction` from 0 to 1 fills the bar, null leaves it open. */
  progress(text: string, fraction: number | null): void;
  /** Gives the form back, with a sentence on what went wrong. */
  fail(text: string): void;
}

interface JoinOptions {
  readonly name: string;
  /** What stands in the field from the start, or "". */
  readonly words: string;
  /** Whether a link brought them, or lost them. */
  readonly came: Invitation["kind"];
  readonly generate: () => Promise<Phrase>;
  readonly enter: (name: string, phrase: Phrase) => void;
  /** Draws the page anew, in another language or with other rooms, with what stands there so far. */
  readonly again: (name: string, words: string, came: Invitation["kind"]) => void;
}

/** PBKDF2 with 600,000 rounds on one graphics card: src/crypto/THREATS.md, "What guessing costs". */
const guessesPerSecond = 5_000;
const weakBits = 45;
const strongBits = 60;

/** Builds the join page. */
export function createJoinView(options: JoinOptions): JoinView {
  const name = h("input", {
    attributes: {
      id: "name",
      name: "name",
      autocomplete: "nickname",
      maxlength: "128",
      dir: "auto",
      "aria-describedby": "name-fault",
    },
  });
  const phrase = h("textarea", {
    class: "phrase",
    attributes: {
      id: "phrase",
      name: "phrase",
      rows: "2",
      autocomplete: "off",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      placeholder: wording.phrasePlaceholder,
      "aria-describedby": "phrase-hint failure",
    },
  });
  const suggestions = createSuggestions(phrase, { complete: completeListWord, eager: false });
  const nameFault = h("p", { class: "fault", attributes: { id: "name-fault", role: "alert" } });
  const hint = h("div", { class: "hint", attributes: { id: "phrase-hint", "aria-live": "polite" } });
  const failure = h("p", { class: "fault", attributes: { id: "failure", role: "alert" } });
  const enter = h("button", { class: "primary", attributes: { type: "submit" } }, wording.enter);
  const startNew = button("secondary", wording.startNew, () => void startNewRoom());
  const bar = h("progress", { attributes: { max: "1", "aria-labelledby": "progress-text" } });
  const barText = h("p", { class: "quiet", attributes: { id: "progress-text" } });
  const working = h("div", { class: "working", attributes: { hidden: "" } }, bar, barText);
  const form = h(
    "form",
    { on: { submit: (event) => void submit(event) }, attributes: { novalidate: "" } },
    h("label", { attributes: { for: "name" } }, wording.nameLabel),
    name,
    nameFault,
    h("label", { attributes: { for: "phrase" } }, wording.phraseLabel),
    h("div", { class: "phrase-place" }, phrase, suggestions.element),
    hint,
    failure,
    enter,
    working,
    h("div", { class: "or" }, startNew, h("p", { class: "quiet" }, wording.startNewHint)),
  );
  const element = h(
    "main",
    { class: "join" },
    h(
      "header",
      {},
      drawing("mark", 64, iconPath.mark),
      h("h1", {}, wording.title),
      h("p", { class: "promise" }, wording.promise),
    ),
    form,
    createRecentList({ enter: takeRecent, changed: again }),
    h("p", { class: "fineprint quiet" }, wording.fineprint),
    h("footer", {}, privacyLink(), languageChoice(again)),
  );

  let submitting = false;
  /** The doubtful words that the person has been asked about: the same ones again mean yes. */
  let askedAbout: string | null = null;
  /** The words that a link brought, as they stood then. */
  let linkWords = options.came === "words" ? options.words : null;

  name.value = options.name;
  phrase.value = options.words;
  phrase.addEventListener("input", () => void judge());
  phrase.addEventListener("paste", () => setTimeout(takeLinkApart));
  phrase.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const isTaken = suggestions.takeKey(event);
    if (!isTaken && event.key !== "Enter") return;
    event.preventDefault();
    if (!isTaken) form.requestSubmit();
  });
  name.addEventListener("input", () => say(nameFault, ""));
  if (options.words !== "") void (linkWords === null ? judge() : judgeLink());
  if (options.came === "lost") say(failure, wording.lostFragment);

  function again(): void {
    const isLink = phrase.value === linkWords;
    options.again(name.value, phrase.value, isLink ? "words" : options.came === "lost" ? "lost" : "none");
  }

  /** A remembered room: with its words one press enters, unless the name is missing. */
  function takeRecent(words: Phrase): void {
    phrase.value = words;
    void judge();
    form.requestSubmit();
  }

  function takeLinkApart(): void {
    const before = phrase.value;
    const pasted = wordsOf(before);
    // Eight words as they are: there is nothing to take apart, and a person who was asked about them has been asked.
    if (pasted.kind === "typed" || (pasted.kind === "words" && pasted.text === before)) return;
    // A link without words must not become a passphrase: that room would be empty for ever.
    phrase.value = pasted.kind === "words" ? pasted.text : "";
    if (pasted.kind === "lost") return void judge(wording.lostFragment);
    // A list with numbers is none.
    const isLink = before.includes("://");
    if (isLink) linkWords = phrase.value;
    void (isLink ? judgeLink() : judge());
  }

  async function startNewRoom(): Promise<void> {
    phrase.value = await options.generate();
    void judge(wording.freshPhrase);
    (name.value.trim() === "" ? name : enter).focus();
  }

  /** Words that came with a link: too few of the list mean that the link was cut, not that somebody chose badly. */
  async function judgeLink(): Promise<void> {
    const words = phrase.value.trim().split(/\s+/);
    const isCut =
      words.length < phraseWords &&
      words.slice(0, -1).every(isListWord) &&
      beginsListWord(words.at(-1) ?? "");
    await judge(isCut ? wording.cutLink(words.length) : wording.phraseFromLink);
    if (isCut) say(hint, wording.cutLink(words.length));
  }

  /** Says under the field what to make of the words; `origin` is where they came from, when they were not typed. */
  async function judge(origin = ""): Promise<void> {
    const judged = phrase.value;
    askedAbout = null;
    enter.textContent = wording.enter;
    enter.className = "primary";
    say(failure, "");
    const line = await hintLine(judged);
    if (judged === phrase.value) say(hint, origin, " ", line);
  }

  async function hintLine(text: string): Promise<Node | string> {
    const normal = normalisePhrase(text);
    if (normal.kind === "refused") return normal.why === "empty" ? "" : wording.phraseFaults[normal.why];
    const checked = await checkPhrase(normal.phrase);
    switch (checked.kind) {
      case "generated":
        return h("p", { class: "good" }, `✓ ${wording.generated}`);
      case "checksum":
        return h("p", { class: "doubt" }, wording.checksum);
      case "count":
        return h("p", { class: "doubt" }, wording.wordCount(checked.words));
      case "typo":
        return h("div", { class: "doubt" }, ...checked.words.map((typo) => suggestion(normal.phrase, typo)));
      case "own":
        return strengthOf(normal.phrase);
    }
  }

  function suggestion(normal: Phrase, typo: MistypedWord): Node {
    const replace = (word: string) => {
      const words = normal.split(" ");
      words.splice(typo.at, typo.word.split(" ").length, word);
      phrase.value = words.join(" ");
      void judge();
      phrase.focus();
    };
    const choices = typo.suggestions.map((word) =>
      button("chip", wording.replaceBy(word), () => replace(word)),
    );
    return h("p", {}, wording.typo(typo.word), " ", ...choices);
  }

  function strengthOf(normal: Phrase): Node {
    const { words, bits } = judgePhrase(normal);
    const verdict =
      bits < weakBits
        ? wording.strengthWeak
        : bits < strongBits
          ? wording.strengthFair
          : wording.strengthStrong;
    const text = `${wording.strength(words, guessSeconds(bits))} ${verdict}`;
    const uncounted = normal === phrase.value.trim() ? "" : ` ${wording.notCounted}`;
    return h("p", { class: bits < weakBits ? "doubt" : "" }, text + uncounted);
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (submitting) return;
    submitting = true;
    await submitOnce();
    submitting = false;
  }

  async function submitOnce(): Promise<void> {
    suggestions.close();
    takeLinkApart();
    const checkedName = checkName(name.value);
    const normal = normalisePhrase(phrase.value);
    say(nameFault, checkedName.kind === "refused" ? wording.nameFaults[checkedName.why] : "");
    say(failure, normal.kind === "refused" ? wording.phraseFaults[normal.why] : "");
    name.setAttribute("aria-invalid", String(checkedName.kind === "refused"));
    phrase.setAttribute("aria-invalid", String(normal.kind === "refused"));
    if (normal.kind === "refused") phrase.focus();
    if (checkedName.kind === "refused") name.focus();
    if (checkedName.kind === "refused" || normal.kind === "refused") return;
    if (askedAbout !== normal.phrase && (await isDoubtful(normal.phrase))) {
      await judge();
      askedAbout = normal.phrase;
      enter.textContent = wording.enterAnyway;
      enter.className = "secondary";
      return;
    }
    options.enter(checkedName.name, normal.phrase);
  }

  function progress(text: string, fraction: number | null): void {
    for (const each of [name, phrase, enter, startNew]) each.disabled = true;
    working.hidden = false;
    enter.hidden = true;
    barText.textContent = text;
    if (fraction === null) bar.removeAttribute("value");
    else bar.value = fraction;
  }

  function fail(text: string): void {
    for (const each of [name, phrase, enter, startNew]) each.disabled = false;
    working.hidden = true;
    enter.hidden = false;
    say(failure, text);
    // What was hidden or could not be typed in has lost the focus.
    const { activeElement } = document;
    if (activeElement === document.body || form.contains(activeElement)) enter.focus();
  }

  return { element, progress, fail };
}

/** Whether the words look like a slip of the finger, or are easily guessed, so that entering takes a second press. */
async function isDoubtful(phrase: Phrase): Promise<boolean> {
  const { kind } = await checkPhrase(phrase);
  return kind === "own" ? judgePhrase(phrase).bits < weakBits : kind !== "generated";
}

/** How long one graphics card needs on average, in seconds: the figure of src/crypto/THREATS.md. */
function guessSeconds(bits: number): number {
  return 2 ** (bits - 1) / guessesPerSecond;
}

function say(place: HTMLElement, ...what: readonly (Node | string)[]): void {
  place.replaceChildren(...what);
}
