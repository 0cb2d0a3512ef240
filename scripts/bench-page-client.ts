// Runs in the browser for bench-page.ts: a timeline with its log on screen, filled to the brim, and then what one more
// message costs.

import type { Author, SessionEvent } from "../src/session/events.ts";
import { Timeline } from "../src/session/timeline.ts";
import { drawText } from "../src/web/draw-text.ts";
import { createLogView } from "../src/web/log-view.ts";
import { noMentions } from "../src/web/mentions.ts";

/** What is measured, times in ms. */
export interface Figures {
  readonly fillMs: number;
  /** Script for one new message in a full room: median, and the slowest. */
  readonly messageMs: number;
  readonly slowestMs: number;
  /** The same with the style and the layout that it causes. */
  readonly withLayoutMs: number;
  /** A frame while the room is scrolled from end to end: median. */
  readonly frameMs: number;
  readonly frames: number;
  /** What is on screen in the end, after a fifth more messages than a screen keeps. */
  readonly items: number;
  readonly nodes: number;
}

const authors: readonly Author[] = ["Ann", "Bob", "Cleo"].map((name, index) => ({
  key: `${"ABC".charAt(index).repeat(42)}A`,
  name,
  ordinal: 1,
  own: index === 0,
}));
const texts = [
  "Are we still on for tonight?",
  "Yes! The boat leaves at **eight**. Bring something warm, the wind is up, and the harbour is further than it looks.",
  "See https://example.org/boats for the `timetable`.",
];

async function measure(count: number, samples: number): Promise<Figures> {
  const log = createLogView({
    share: () => {},
    card: () => document.createElement("div"),
    drawText: (text) => drawText(text, noMentions),
    react: () => {},
    news: () => {},
  });
  document.body.replaceChildren(log.element);
  log.element.classList.add("bench");
  const timeline = new Timeline((event: SessionEvent) => {
    if (event.type === "entry") log.put(event.entry, event.before);
    if (event.type === "gone") log.remove(event.id);
  });
  let seq = 0;
  /** What is above the limit must not stay. */
  const more = count / 5;

  function receive(): void {
    const at = 1_700_000_000_000 + seq * 40_000;
    const author = authors[Math.floor(seq / 3) % authors.length];
    if (author === undefined) return;
    const counter = Math.floor(seq / 9) * 3 + (seq % 3);
    const text = texts[seq % texts.length] ?? "";
    seq++;
    const body = { kind: "text", name: author.name, at, counter, text } as const;
    timeline.receive({ seq, body, messageId: `m${seq}`, author });
  }

  const filledAt = performance.now();
  for (let each = 0; each < count; each++) receive();
  const fillMs = performance.now() - filledAt;
  timeline.live();
  log.live(Infinity);
  await frame();

  const scripts: number[] = [];
  const layouts: number[] = [];
  for (let each = 0; each < samples; each++) {
    const from = performance.now();
    receive();
    scripts.push(performance.now() - from);
    document.body.getBoundingClientRect();
    void log.scroller.scrollHeight;
    layouts.push(performance.now() - from);
    await frame();
  }

  const frames: number[] = [];
  const { scroller } = log;
  for (let top = 0; top < scroller.scrollHeight; top += scroller.scrollHeight / 50) {
    const from = performance.now();
    scroller.scrollTop = top;
    await frame();
    frames.push(performance.now() - from);
  }
  for (let each = 0; each < more; each++) receive();
  return {
    fillMs,
    messageMs: median(scripts),
    slowestMs: Math.max(...scripts),
    withLayoutMs: median(layouts),
    frameMs: median(frames),
    frames: frames.length,
    items: document.querySelectorAll(".log > li").length,
    nodes: document.querySelectorAll("*").length,
  };
}

/** What else the machine does weighs on a mean. */
function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}

function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

Object.assign(globalThis, { measure });
