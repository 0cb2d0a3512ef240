// Finds the environment variables that were meant for the relay and are none of its settings: a slip of the pen there
// would otherwise leave a limit as it was, and nobody would hear of it.

import { limitRows, plainRows, variableOf } from "./flags.ts";
import { Mistake } from "./mistake.ts";

/** What Kubernetes, and Docker's links, make of a service that is called secure-room. */
const fromServices = /^SECURE_ROOM_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_\w+|NAME|ENV_\w+)$/;
const beginning = "SECURE_ROOM_";

/** In how many signs a name may differ from one that was meant. */
function mostSlips(name: string): number {
  return Math.min(3, Math.floor((name.length - beginning.length) / 3));
}

/** @throws Mistake for a variable that begins as ours do and is none, naming the nearest */
export function refuseStrangers(env: Readonly<Record<string, string | undefined>>): void {
  const known = [...plainRows, ...limitRows].map(({ flag }) => variableOf(flag));
  const stranger = Object.keys(env).find(
    (name) => name.startsWith(beginning) && !known.includes(name) && !fromServices.test(name),
  );
  if (stranger === undefined) return;
  const slips = (name: string): number => distance(stranger, name);
  const [nearest = ""] = known.toSorted((a, b) => slips(a) - slips(b));
  const advice =
    slips(nearest) <= mostSlips(stranger)
      ? `did you mean ${nearest}?`
      : "secure-room --help tells what there is; take the variable away";
  throw new Mistake(`${stranger.slice(0, 60)} is no setting: ${advice}`);
}

/** How many signs must be put in, left out or changed to make `b` of `a` (Levenshtein). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      line.push(Math.min(changed, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
