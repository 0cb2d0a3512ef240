// The bench's figures as a table, for the screen and for README.md.

import { describeMachine, isPinned } from "./machine.ts";
import type { PerServer } from "./figures.ts";

/** One line: a figure of each server, and whether more is better. */
export interface Row {
  readonly what: string;
  readonly figures: PerServer;
  readonly spell: (figure: number) => string;
  readonly better: "more" | "less";
}

/** `123,000` */
export function spellCount(figure: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(1, figure))) - 2);
  return (Math.round(figure / 10 ** digits) * 10 ** digits).toLocaleString("en-US");
}

/** The table, in Markdown. */
export function spellTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, figures, spell, better }) => {
    const own = figures["secure-room"];
    const ratio = (other: number): string => {
      const times = better === "more" ? own / other : other / own;
      return `${times.toFixed(1)} ×`;
    };
    const { "plain-ws": ws, "socket-io": io, "bare-node": bare } = figures;
    const others = [ws, io, bare].map((other) => `${spell(other)} (${ratio(other)})`);
    return `| ${[what, spell(own), ...others].join(" | ")} |`;
  });
  return ["| | secure-room | plain `ws` | socket.io | bare Node |", "|---|---|---|---|---|", ...lines].join(
    "\n",
  );
}

/** ``the relay 12 ms, plain `ws` 15 ms, …`` */
export function spellEach(figures: PerServer, spell: (figure: number) => string): string {
  const { "secure-room": own, "plain-ws": ws, "socket-io": io, "bare-node": bare } = figures;
  return `the relay ${spell(own)}, plain \`ws\` ${spell(ws)}, socket.io ${spell(io)}, bare Node ${spell(bare)}`;
}

/**
 * Where the figures come from.
 * @param otherLoad the load average before the bench began
 */
export function spellOrigin(otherLoad: number): string {
  const cores = isPinned
    ? "the server on one core, the load on another"
    : "server and load on the same cores";
  const busy =
    otherLoad < 0.5
      ? ""
      : ` The machine was busy with other work (load ${otherLoad.toFixed(0)}): ratios hold better than figures.`;
  const day = new Date().toISOString().slice(0, 10);
  return `\`npm run bench\` on ${day}, ${describeMachine()}: ${cores}, TLS 1.3, everything through loopback.${busy}`;
}

/**
 * README.md with `text` between its markers.
 * @throws Error when it has none
 */
export function putIntoReadme(readme: string, text: string): string {
  const marked = /(<!-- bench:[^\n]*-->\n)[^]*?(<!-- \/bench -->)/;
  if (!marked.test(readme)) throw new Error("expected README.md to have the markers of the bench");
  return readme.replace(marked, (_, begin: string, end: string) => `${begin}${text}\n${end}`);
}
