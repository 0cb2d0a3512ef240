// Finds the environment variables that were meant for the relay and are none of its settings: a slip of the pen there
// would otherwise leave a limit as it was, and nobody would hear of it.

import { limitRows, plainRows, variableOf } from "./flags.ts";
import { Mistake } from "./mistake.ts";
import { nearest } from "./nearest.ts";

/** What Kubernetes, and Docker's links, make of a service that is called secure-room. */
const fromServices = /^SECURE_ROOM_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_\w+|NAME|ENV_\w+)$/;
const beginning = "SECURE_ROOM_";

/** @throws Mistake for a variable that begins as ours do and is none, naming the nearest */
export function refuseStrangers(env: Readonly<Record<string, string | undefined>>): void {
  const known = [...plainRows, ...limitRows].map(({ flag }) => variableOf(flag));
  const stranger = Object.keys(env).find(
    (name) => name.startsWith(beginning) && !known.includes(name) && !fromServices.test(name),
  );
  if (stranger === undefined) return;
  const own = (name: string): string => name.slice(beginning.length);
  const meant = nearest(own(stranger), known.map(own));
  const advice =
    meant === null
      ? "secure-room --help tells what there is; take the variable away"
      : `did you mean ${beginning}${meant}?`;
  throw new Mistake(`${stranger.slice(0, 60)} is no setting: ${advice}`);
}
