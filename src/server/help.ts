// What `secure-room --help` prints: every command, flag and limit in 80 columns.

import { limitRows, plainRows, spellDefault, valueOf } from "./flags.ts";

/** The whole text, with its last line's end. */
export function helpText(): string {
  return [
    "secure-room [serve] [flags]   starts it",
    "secure-room doctor [flags]    looks for what keeps it from working",
    "",
    "An end-to-end encrypted group chat. Start it, and send the link that it prints.",
    "",
    ...plainRows.map(({ flag, value, help }) => helpLine(value ? `--${flag} ${value}` : `--${flag}`, help)),
    helpLine("-V, --version", "the version"),
    helpLine("-h, --help", "this text"),
    "",
    "Limits (in brackets what holds without the flag)",
    ...limitRows.map((row) =>
      helpLine(`--${row.flag} ${valueOf(row)}`, `${row.help} (${spellDefault(row)})`),
    ),
    "",
    "SIZE is bytes or 512KiB, 4MiB, 1GiB. AGE is seconds or 90s, 30m, 24h, 7d. RATE",
    "is what flows in, or RATE:BURST with what may come at once. 0 turns off a rate,",
    "a share, --max-connections-per-ip and --connection-age.",
    "",
    "Each flag is an environment variable too: SECURE_ROOM_MAX_MEMBERS=20.",
    "",
  ].join("\n");
}

function helpLine(flag: string, help: string): string {
  return `  ${flag.padEnd(28)} ${help}`;
}
