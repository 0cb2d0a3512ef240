// What is measured in rooms of all sizes, and how. Every figure of one kind is taken of all servers in turn, several times
// over, and the median counts: whatever else the machine is doing meets all of them.

import { median, names, perServer, type PerServer } from "./figures.ts";
import {
  carry,
  type Effort,
  enter,
  type Entered,
  type Guests,
  type House,
  open,
  withHouses,
  withRelay,
} from "./houses.ts";

/** More per member are not tried: in the end a server has to cut them. */
const mostMessagesPerMember = 16;
/** From one number to the next that is tried. */
const growth = Math.SQRT2;
/** The longest that one in a hundred deliveries may take. */
const boundMs = 100;
/** So many numbers in a row at which it takes longer end a round. */
const mostMisses = 2;

export interface Capacity {
  /** Deliveries per second that the server was using its core. */
  readonly perCoreSecond: PerServer;
  /** Deliveries per second of the clock, with whatever else the machine was doing. */
  readonly perSecond: PerServer;
  /** What 99% of those deliveries did not take longer than: above the bound where it held with no number of messages. */
  readonly p99Ms: PerServer;
}

/** What was seen with one number of messages on their way. */
interface Look {
  /** Messages that have not come back: who cuts its members does not carry them. */
  readonly lost: number;
  readonly p99Ms: number;
  readonly perCoreSecond: number;
  readonly perSecond: number;
}

/**
 * What one core carries. A closed loop: so many messages are on their way at any time, and whoever hears its own says the
 * next. In each round their number grows until one delivery in a hundred takes longer than `boundMs`, and does so at the
 * next number too. Of the numbers at which the bound held in most rounds the one counts at which the core delivers most. A
 * loop, because no server then drowns in what it cannot carry, and none is spared by a generator that is late.
 */
export async function capacity(
  folder: string,
  guests: Guests,
  payloadBytes: number,
  effort: Effort,
): Promise<Capacity> {
  return withHouses(folder, guests, async (houses) => {
    const first = Math.max(32, guests.members / guests.membersPerRoom);
    const most = mostMessagesPerMember * guests.members;
    const looks = perServer(() => new Map<number, Look[]>());
    for (let round = 0; round < effort.rounds; round++) {
      const misses = new Map(names.map((name) => [name, 0]));
      for (let messages = first; misses.size > 0 && messages <= most; messages *= growth) {
        for (const [name, missed] of misses) {
          const look = await converse(houses[name], Math.round(messages), payloadBytes, effort);
          looks[name].set(messages, [...(looks[name].get(messages) ?? []), look]);
          if (isHeld(look)) misses.set(name, 0);
          else if (missed + 1 < mostMisses) misses.set(name, missed + 1);
          else misses.delete(name);
          if (look.lost === 0) continue;
          // Its crowd is no longer whole.
          misses.delete(name);
          await houses[name].stop();
          houses[name] = await open(name, folder);
          await enter(houses[name], guests);
        }
      }
    }
    const best = perServer((name) => bestOf([...looks[name].values()], effort.rounds));
    const figure = (key: keyof Look): PerServer => perServer((name) => best[name][key]);
    return {
      perCoreSecond: figure("perCoreSecond"),
      perSecond: figure("perSecond"),
      p99Ms: figure("p99Ms"),
    };
  });
}

function isHeld({ lost, p99Ms }: Look): boolean {
  return lost === 0 && p99Ms <= boundMs;
}

async function converse(
  { server, generator }: House,
  messages: number,
  payloadBytes: number,
  effort: Effort,
): Promise<Look> {
  const order = { messages, payloadBytes, drainMs: 5_000 };
  const warm = await generator.converse({ ...order, warmMs: effort.warmMs, forMs: 1 });
  const before = server.usage();
  const said = await generator.converse({ ...order, warmMs: 0, forMs: effort.forMs });
  const cpuMs = server.usage().cpuMs - before.cpuMs;
  return {
    lost: warm.lost + said.lost,
    p99Ms: said.p99Ms,
    perCoreSecond: (said.deliveredInAll * 1000) / cpuMs,
    perSecond: (said.delivered * 1000) / said.tookMs,
  };
}

/**
 * The medians of what was seen with one number of messages: the one at which the core delivers most, of those at which the
 * bound held in most of `rounds`, or else the fewest.
 * @param numbers what was seen with each, the fewest first
 */
function bestOf(numbers: readonly (readonly Look[])[], rounds: number): Look {
  const medians = (looks: readonly Look[]): Look => ({
    lost: median(looks.map(({ lost }) => lost)),
    p99Ms: median(looks.map(({ p99Ms }) => p99Ms)),
    perCoreSecond: median(looks.map(({ perCoreSecond }) => perCoreSecond)),
    perSecond: median(looks.map(({ perSecond }) => perSecond)),
  });
  const held = numbers.filter((looks) => looks.filter(isHeld).length > rounds / 2);
  return (held.length > 0 ? held : numbers.slice(0, 1))
    .map(medians)
    .reduce((a, b) => (b.perCoreSecond > a.perCoreSecond ? b : a));
}

/** Microseconds of the server's core per delivery at a steady rate. */
export async function cost(
  folder: string,
  guests: Guests,
  deliveriesPerSecond: number,
  effort: Effort,
): Promise<PerServer> {
  return withHouses(folder, guests, async (houses) => {
    const costs = perServer((): number[] => []);
    // The first round is for the compilers. More of them than elsewhere: the figures lie close together.
    for (let round = 0; round <= 3 * effort.rounds; round++) {
      for (const name of names) {
        const { cpuUs } = await carry(houses[name], {
          messagesPerSecond: deliveriesPerSecond / guests.membersPerRoom,
          payloadBytes: 200,
          forMs: 2 * effort.forMs,
          drainMs: 3_000,
        });
        if (round > 0) costs[name].push(cpuUs);
      }
    }
    return perServer((name) => median(costs[name]));
  });
}

export interface Stampede {
  readonly members: number;
  readonly tookMs: number;
  /** Of the core, for one who joins; together in one room, and in rooms of ten. */
  readonly cpuMsPerJoin: number;
  readonly cpuMsPerJoinApart: number;
}

/** Everybody joins one room at once, against the same number in rooms of ten. */
export async function stampede(folder: string, members: number): Promise<Stampede> {
  const rush = (membersPerRoom: number): Promise<Entered> =>
    withRelay(folder, { members, membersPerRoom, atOnce: members }, async (_, entered) => entered);
  const together = await rush(members);
  const apart = await rush(10);
  return {
    members,
    tookMs: together.tookMs,
    cpuMsPerJoin: together.cpuMs / members,
    cpuMsPerJoinApart: apart.cpuMs / members,
  };
}

export interface Sleepers {
  readonly bytesPerSleeper: number;
  /** Of those who read, before and while others in their rooms do not. */
  readonly p99BeforeMs: number;
  readonly p99Ms: number;
  readonly lost: number;
}

/** Some stop reading in the middle of the talk. */
export async function sleepers(folder: string, effort: Effort): Promise<Sleepers> {
  const sleeping = 20;
  // Enough for a sleeper's buffers in the system to run full, which hold several MiB.
  const order = { messagesPerSecond: 400, payloadBytes: 4_096, forMs: 2 * effort.forMs, drainMs: 5_000 };
  return withRelay(folder, { members: 40, membersPerRoom: 40 }, async ({ server, generator }) => {
    await generator.load(order);
    const before = await generator.load(order);
    const { memoryBytes } = server.usage();
    await generator.freeze(sleeping);
    const after = await generator.load({ ...order, forMs: 12 * effort.forMs });
    const grown = server.usage().memoryBytes - memoryBytes;
    return {
      bytesPerSleeper: Math.max(0, grown) / sleeping,
      p99BeforeMs: before.p99Ms,
      p99Ms: after.p99Ms,
      lost: after.owed - after.delivered,
    };
  });
}
