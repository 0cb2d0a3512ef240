// The header Retry-After (RFC 9110, section 10.2.3): seconds, or a date. The relay says in its own words how long to
// wait; this is what proxies say.

/**
 * How long to wait before asking again, ms; null when the header is missing or cannot be read.
 * @param nowMs the wall clock, for an answer that does not give its own date
 */
export function retryAfterOf(headers: Headers, nowMs: number): number | null {
  const value = headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const untilMs = dateOf(value);
  if (untilMs === null) return null;
  // By the clock of whoever answered: this one may be wrong.
  return Math.max(0, untilMs - (dateOf(headers.get("Date") ?? "") ?? nowMs));
}

/** The form that is in use; `Date.parse` would read anything, some of it as local time. */
function dateOf(text: string): number | null {
  const ms = text.endsWith(" GMT") ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
