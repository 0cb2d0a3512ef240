// The relay's log: one JSON object a line, for people and machines alike. It decides what is said by its level only;
// what must not be in a line (text of a peer, room, name, address) is kept out by those who call it.

/** What may be asked for, from the fewest lines to none. */
export const logLevels = ["error", "warn", "info", "debug", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LineLevel = Exclude<LogLevel, "silent">;

/**
 * Writes a line.
 * @param event what happened, in a word or two of ours
 * @param facts numbers, and words of ours
 */
export type Log = (
  level: LineLevel,
  event: string,
  facts?: Readonly<Record<string, string | number>>,
) => void;

/**
 * A log that says what is at `level` or above.
 * @param write takes a line with its end
 * @param now the time of day
 */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const most = level === "silent" ? -1 : logLevels.indexOf(level);
  return (level, event, facts = {}) => {
    if (logLevels.indexOf(level) > most) return;
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...facts })}\n`);
  };
}

/** A log that says nothing. */
export const silentLog: Log = () => {};
