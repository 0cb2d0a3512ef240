// What `secure-room doctor` prints: a line for each finding, the verdict first. Texts only.

export interface Finding {
  readonly what: string;
  readonly verdict: "good" | "poor" | "bad";
  readonly text: string;
}

const marks: Readonly<Record<Finding["verdict"], string>> = { good: "ok  ", poor: "look", bad: "FAIL" };

/** One line for each finding, and one that sums them up. */
export function findingLines(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(
    ({ what, verdict, text }) => `${marks[verdict]}  ${what.padEnd(width)}  ${text}`,
  );
  return [...lines, "", summaryOf(findings), ""].join("\n");
}

function summaryOf(findings: readonly Finding[]): string {
  const bad = findings.filter(({ verdict }) => verdict === "bad").length;
  if (bad > 0) return bad === 1 ? "One thing keeps it from working." : `${bad} things keep it from working.`;
  if (findings.every(({ verdict }) => verdict === "good")) return "All is well.";
  return "No fault found. Look at the lines that say so.";
}
