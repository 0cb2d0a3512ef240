// The servers that are measured, each with those who come to it; one after the other, several at once, or the relay alone.

import { type Contender, start } from "./contenders.ts";
import type { DialectName } from "./dialects.ts";
import { names } from "./figures.ts";
import { type Generator, startGenerator } from "./load.ts";
import type { Loaded } from "./orders.ts";

/** A server, and those who come to it. */
export interface House {
  readonly server: Contender;
  readonly generator: Generator;
  stop(): Promise<void>;
}

/** What it took to let some in. */
export interface Entered {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly tookMs: number;
}

export interface Guests {
  readonly members: number;
  readonly membersPerRoom: number;
  /** How many are on their way in at a time; 64 unless said. */
  readonly atOnce?: number;
}

/** Another for each server: the ports of a crowd that has just gone are taken for another minute. */
function addressFor({ port }: Contender): string {
  return process.platform === "linux" ? `127.0.0.${1 + (port % 250)}` : "127.0.0.1";
}

/** A server with nobody in it. */
export async function open(name: DialectName, folder: string): Promise<House> {
  const server = await start(name, folder);
  const generator = startGenerator();
  return {
    server,
    generator,
    async stop() {
      await generator.stop();
      await server.stop();
    },
  };
}

/** Lets `guests` in, in rooms of their own. @throws Error when one of them does not get in */
export async function enter(
  { server, generator }: House,
  { members, membersPerRoom, atOnce = 64 }: Guests,
): Promise<Entered> {
  const before = server.usage();
  const { name: dialect, port } = server;
  const place = { dialect, port, localAddress: addressFor(server) };
  const { failed, tookMs } = await generator.open({ ...place, members, membersPerRoom, atOnce });
  if (failed > 0) throw new Error(`${failed} of ${members} did not get into ${dialect}`);
  await sleep(500);
  const after = server.usage();
  return { cpuMs: after.cpuMs - before.cpuMs, memoryBytes: after.memoryBytes - before.memoryBytes, tookMs };
}

/** A load, and microseconds of the server's core for each of its deliveries. */
export interface Carried extends Loaded {
  readonly cpuUs: number;
}

/** Has those who are in say what `order` asks for. */
export async function carry(
  { server, generator }: House,
  order: Parameters<Generator["load"]>[0],
): Promise<Carried> {
  const before = server.usage();
  const loaded = await generator.load(order);
  const cpuMs = server.usage().cpuMs - before.cpuMs;
  return { ...loaded, cpuUs: (cpuMs * 1000) / loaded.delivered };
}

/** All servers at once, each with `guests` in it; `measure` may put others in their places. */
export async function withHouses<T>(
  folder: string,
  guests: Guests | null,
  measure: (houses: Record<DialectName, House>) => Promise<T>,
): Promise<T> {
  const houses = {} as Record<DialectName, House>;
  try {
    for (const name of names) {
      houses[name] = await open(name, folder);
      if (guests !== null) await enter(houses[name], guests);
    }
    return await measure(houses);
  } finally {
    await Promise.all(Object.values(houses).map((house) => house.stop()));
  }
}

/** The relay alone, with `guests` in it. */
export async function withRelay<T>(
  folder: string,
  guests: Guests,
  measure: (house: House, entered: Entered) => Promise<T>,
): Promise<T> {
  const house = await open("secure-room", folder);
  try {
    return await measure(house, await enter(house, guests));
  } finally {
    await house.stop();
  }
}

/** How long to look. */
export interface Effort {
  readonly rounds: number;
  readonly warmMs: number;
  readonly forMs: number;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
