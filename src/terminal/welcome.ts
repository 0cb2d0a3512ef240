// What the host of a room sees on start: to a person at a terminal an invitation with a fresh passphrase, its QR code
// and its words; to anything else a few plain lines without one, because such output ends in logs.
// Texts only: who prints them, and where, is decided by the caller.

import { encode } from "uqr";
import type { Bytes } from "../protocol/base64url.ts";
import { generatePhrase } from "../crypto/phrase.ts";
import { inviteLink } from "../session/invite.ts";

export interface WelcomeFacts {
  readonly version: string;
  /** Of the process that signals reach: under npm there are several. */
  readonly pid: number;
  /** `https://HOST:PORT`, the one for guests first; an invitation needs one. */
  readonly urls: readonly string[];
  /** SHA-256 of the certificate, or of the local authority's, `AA:BB:…`; null where a proxy has it. */
  readonly fingerprint: string | null;
  /** False when the certificate is the operator's own and browsers trust it. */
  readonly browserWarns: boolean;
  /** Where a device learns to trust the local authority; null where there is none. */
  readonly authorityUrl: string | null;
  /** Where the numbers for Prometheus are; null where nobody wants them. */
  readonly metricsUrl: string | null;
  /** Sentences about what changed since the last start. */
  readonly notices: readonly string[];
}

export interface Terminal {
  /** Whether escape codes may be used. */
  readonly colours: boolean;
  readonly columns: number;
}

/** Puts escape codes around a text, or leaves it as it is. */
type Style = (text: string) => string;

interface Palette {
  readonly strong: Style;
  readonly quiet: Style;
}

const margin = "  ";
/** Modules of white around the code. The standard asks for 4, but every phone of today reads 2. */
const quietZone = 2;
/** The narrowest column of text that may stand beside the code. */
const besideColumns = 28;

/** Plain lines, without a passphrase. */
export function plainWelcome(facts: WelcomeFacts): string {
  return [
    ...facts.notices,
    `secure-room ${facts.version} is running${facts.urls.length > 0 ? ` on ${facts.urls.join(" ")}` : ""}`,
    ...(facts.fingerprint === null
      ? []
      : facts.authorityUrl === null
        ? [`certificate SHA-256 ${facts.fingerprint}`]
        : [
            `authority SHA-256 ${facts.fingerprint}`,
            `browsers stop warning on a device that has followed ${facts.authorityUrl}`,
          ]),
    ...(facts.metricsUrl === null ? [] : [`metrics on ${facts.metricsUrl}`]),
    `stop it with Ctrl-C or SIGTERM to pid ${facts.pid}`,
    "",
  ].join("\n");
}

/** An invitation to a new room, for a person. */
export async function inviteWelcome(
  facts: WelcomeFacts,
  terminal: Terminal,
  random: (count: number) => Bytes,
): Promise<string> {
  const [url = ""] = facts.urls;
  const phrase = await generatePhrase(random);
  const link = inviteLink(url, phrase);
  const palette = terminal.colours ? inColour : inPlain;
  return [
    "",
    `${margin}${palette.strong(`secure-room ${facts.version} is running`)}`,
    "",
    ...invitation(url, phrase.split(" "), link, terminal, palette),
    "",
    `${margin}${palette.strong(link)}`,
    "",
    ...footer(facts, palette),
    "",
    "",
  ].join("\n");
}

function invitation(
  url: string,
  words: readonly string[],
  link: string,
  terminal: Terminal,
  { strong, quiet }: Palette,
): string[] {
  const text = [
    strong("Invite your friends"),
    "",
    quiet("Let them scan the code,"),
    quiet("send them the link below,"),
    quiet("or have them open"),
    "",
    `${margin}${url}`,
    "",
    quiet("and read out these words:"),
    "",
    ...words.map((word) => `${margin}${strong(word)}`),
  ];
  const code = qrCode(link, terminal.colours);
  const indented = text.map((line) => `${margin}${line}`);
  const room = terminal.columns - margin.length;
  if (code.columns > room) return indented;
  const codeLines = code.lines.map((line) => `${margin}${line}`);
  const beside = Math.max(besideColumns, margin.length + url.length);
  if (code.columns + margin.length + beside > room) return [...codeLines, "", ...indented];
  const above = Math.max(0, Math.floor((codeLines.length - text.length) / 2));
  const height = Math.max(codeLines.length, above + text.length);
  const empty = " ".repeat(margin.length + code.columns);
  return Array.from({ length: height }, (_, row) =>
    `${codeLines[row] ?? empty}${margin}${text[row - above] ?? ""}`.trimEnd(),
  );
}

function footer(facts: WelcomeFacts, { quiet }: Palette): string[] {
  const [, ...others] = facts.urls;
  const warning =
    facts.authorityUrl === null
      ? [
          "On the first visit the browser warns of a certificate that it does not know.",
          "It is the one above, made on this machine: choose Advanced, and go on.",
        ]
      : [
          "Browsers warn until a device trusts the authority above, made on this machine.",
          `Open ${facts.authorityUrl} on each device once: it says what to press.`,
        ];
  return [
    ...others.map((url, index) => row(index === 0 ? "also at" : "", url, quiet)),
    ...(facts.fingerprint === null
      ? []
      : fingerprintRows(facts.authorityUrl === null ? "certificate" : "authority", facts.fingerprint, quiet)),
    ...(facts.metricsUrl === null ? [] : [row("metrics", facts.metricsUrl, quiet)]),
    row("process", String(facts.pid), quiet),
    "",
    ...(facts.browserWarns ? [...warning.map((line) => margin + quiet(line)), ""] : []),
    ...facts.notices.map((notice) => margin + notice),
    ...(facts.notices.length > 0 ? [""] : []),
    `${margin}Ctrl-C stops it. ${quiet("What was said lives in memory only, and goes with it.")}`,
  ];
}

function fingerprintRows(of: string, fingerprint: string, style: Style): string[] {
  const bytes = fingerprint.split(":");
  const half = Math.ceil(bytes.length / 2);
  return [row(of, bytes.slice(0, half).join(":"), style), row("SHA-256", bytes.slice(half).join(":"), style)];
}

function row(name: string, value: string, style: Style): string {
  return `${margin}${style(name.padEnd(11))}  ${value}`;
}

/**
 * A QR code in half blocks, two modules to a character. With colours it is black on white on any terminal. Without, the
 * light modules are drawn, as is right on a dark terminal; on a light one the code is inverted, which phones read too.
 */
function qrCode(
  link: string,
  colours: boolean,
): { readonly lines: readonly string[]; readonly columns: number } {
  const { data, size } = encode(link, { ecc: "L", boostEcc: true, border: quietZone });
  const isDark = (y: number, x: number): boolean => data[y]?.[x] ?? false;
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = "";
    for (let x = 0; x < size; x++) {
      // Below an odd last row is nothing: with colours white, without them the terminal itself.
      const below = y + 1 < size ? isDark(y + 1, x) : !colours;
      line += colours ? halfBlock(isDark(y, x), below) : halfBlock(!isDark(y, x), !below);
    }
    lines.push(colours ? `\u001b[38;5;16;48;5;231m${line}\u001b[0m` : line);
  }
  return { lines, columns: size };
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

const inPlain: Palette = { strong: (text) => text, quiet: (text) => text };
const inColour: Palette = {
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  quiet: (text) => `\u001b[2m${text}\u001b[22m`,
};
