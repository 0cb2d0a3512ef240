// Ten thousand at once: what one who says nothing costs, how fast they come in, and how all of them are carried when they talk.

import type { DialectName } from "./dialects.ts";
import { median, names, perServer, type PerServer } from "./figures.ts";
import { type Carried, carry, type Effort, enter, type Guests, withHouses } from "./houses.ts";
import { memoryStepNs } from "./machine.ts";

export interface Crowd {
  readonly bytesPerMember: PerServer;
  readonly joinsPerCoreSecond: PerServer;
  /** With everybody talking: deliveries per second of the clock, and microseconds of the core for each. */
  readonly perSecond: PerServer;
  readonly cpuUs: PerServer;
  /** What 99% of them took at most, in the middle one of all talks and in the best. */
  readonly p99Ms: PerServer;
  readonly leastP99Ms: PerServer;
  /** Deliveries that never came, in all talks. */
  readonly lost: PerServer;
  /** How many talks of each server's there were. */
  readonly talks: number;
  /** What a step through memory took, before each of them: see `memoryStepNs`. */
  readonly stepsNs: readonly number[];
}

/** In how many turns a crowd comes in. */
const turns = 10;
/** How often each server's talks while it is there. */
const talksPerRound = 3;

/** @param deliveriesPerSecond what is owed when everybody talks */
export async function crowd(
  folder: string,
  guests: Guests,
  deliveriesPerSecond: number,
  effort: Effort,
): Promise<Crowd> {
  const bytes = perServer((): number[] => []);
  const joins = perServer((): number[] => []);
  const talks = perServer((): Carried[] => []);
  const stepsNs: number[] = [];
  const order = {
    messagesPerSecond: deliveriesPerSecond / guests.membersPerRoom,
    payloadBytes: 200,
    drainMs: 5_000,
  };
  for (let round = 0; round < effort.rounds; round++) {
    await withHouses(folder, null, async (houses) => {
      const cpuMs = { ...perServer(() => 0) };
      const emptyBytes = perServer((name) => houses[name].server.usage().memoryBytes);
      // In turns, so that no server has a better minute of the machine than the others.
      for (let turn = 0; turn < turns; turn++) {
        for (const name of names) {
          const entered = await enter(houses[name], { ...guests, members: guests.members / turns });
          cpuMs[name] += entered.cpuMs;
        }
      }
      for (const name of names) {
        const grown = houses[name].server.usage().memoryBytes - emptyBytes[name];
        bytes[name].push(grown / guests.members);
        joins[name].push((guests.members * 1000) / cpuMs[name]);
      }
      for (const name of names) await houses[name].generator.load({ ...order, forMs: effort.forMs });
      for (let talk = 0; talk < talksPerRound; talk++) {
        // Nobody always comes behind the same one, who may have left work behind.
        const first = (round * talksPerRound + talk) % names.length;
        for (const name of [...names.slice(first), ...names.slice(0, first)]) {
          stepsNs.push(memoryStepNs());
          talks[name].push(await carry(houses[name], { ...order, forMs: 5 * effort.forMs }));
        }
      }
    });
  }
  const middle = (name: DialectName, of: (talk: Carried) => number): number => median(talks[name].map(of));
  return {
    bytesPerMember: perServer((name) => median(bytes[name])),
    joinsPerCoreSecond: perServer((name) => median(joins[name])),
    perSecond: perServer((name) => middle(name, ({ delivered, tookMs }) => (delivered * 1000) / tookMs)),
    cpuUs: perServer((name) => middle(name, ({ cpuUs }) => cpuUs)),
    p99Ms: perServer((name) => middle(name, ({ p99Ms }) => p99Ms)),
    leastP99Ms: perServer((name) => Math.min(...talks[name].map(({ p99Ms }) => p99Ms))),
    lost: perServer((name) => talks[name].reduce((sum, { owed, delivered }) => sum + owed - delivered, 0)),
    talks: effort.rounds * talksPerRound,
    stepsNs,
  };
}
