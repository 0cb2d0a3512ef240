// What this tab says: numbered at once, sealed when it goes out, resent until the relay has numbered it too, and told how
// long it lasts. It knows one live line at a time and draws nothing.

import { lasting } from "../protocol/frame.ts";
import { maxTimerSeconds } from "../protocol/limits.ts";
import { secondMs } from "../protocol/units.ts";
import type { Bytes } from "../protocol/base64url.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { MemberKey } from "../crypto/member.ts";
import type { MessageBody, VolatileBody } from "./body.ts";
import type { Echoes } from "./echoes.ts";
import { sealMessage, sealVolatile } from "./envelope.ts";
import { lastsOf } from "./expiry.ts";
import { nothingInstead, type Outbox, type Unsent } from "./outbox.ts";
import type { Line, World } from "./world.ts";

export interface Speaking {
  /** The number of the next message. */
  readonly counter: number;
  /** Takes a body under the next number, and gives it as it will be said. */
  readonly take: (body: MessageBody) => MessageBody;
  /** Takes a text back. False: it is none, or somebody may have it. */
  readonly takeBack: (counter: number) => boolean;
  /** Sends what has not gone out on this line, oldest first, sealing what is not sealed for this room and name. */
  readonly send: () => Promise<void>;
  /** Sends what may be lost. */
  readonly sendVolatile: (body: VolatileBody) => Promise<void>;
  /** An own message is back. Gives the one that waited under the same number, if that was another. */
  readonly echoed: (body: MessageBody) => "said" | { readonly clash: MessageBody };
  /** As in `Expiry`, of an own message that is in the log or on its way. */
  readonly keepSeconds: (counter: number) => number | null;
  /** The room's timer as it will be when all that waits has arrived, in seconds. */
  readonly timerToBe: () => number;
}

/** What it speaks with; each may be another at the next call. */
interface Voice {
  readonly keys: () => RoomKeys;
  readonly name: () => string;
  /** The line of a live room with nothing to be brought back first, or null. */
  readonly line: () => Line | null;
  /** The line of a live room, or null. */
  readonly liveLine: () => Line | null;
  readonly timerSeconds: () => number;
  /** As in `Expiry`, of an own message that is in the log. */
  readonly keepSeconds: (counter: number) => number | null;
}

/** @param firstCounter one above the highest number that this key has used */
export function createSpeaking(
  {
    member,
    outbox,
    echoes,
    firstCounter,
  }: {
    readonly member: MemberKey;
    readonly outbox: Outbox;
    readonly echoes: Echoes;
    readonly firstCounter: number;
  },
  { now, random }: Pick<World, "now" | "random">,
  voice: Voice,
): Speaking {
  let counter = firstCounter;

  function take(said: MessageBody): MessageBody {
    const body = { ...said, counter: counter++ };
    outbox.add(body);
    return body;
  }

  function takeBack(said: number): boolean {
    const next = outbox.takeBack(said, counter);
    counter = next ?? counter;
    return next !== null;
  }

  async function send(): Promise<void> {
    for (let line = voice.line(); line !== null; line = voice.line()) {
      const entry = outbox.nextFor(line);
      if (entry === null) return;
      const { body: unsealed } = entry;
      const { body, frame } = await sealed(entry);
      // Whoever changes room or name lets go of the line first, so a frame for the old ones is dropped here; and so is one
      // that was worded anew or taken back meanwhile, whose number may be another's now.
      if (voice.line() !== line || entry.body !== unsealed || !outbox.holds(entry)) continue;
      entry.isFresh = false;
      entry.body = body;
      entry.frame = frame;
      entry.sentOn = line;
      line.frame(lasting(frame, Math.ceil(Math.max(0, restMsOf(body) ?? 0) / secondMs)));
      echoes.sent();
    }
  }

  /** What has waited for longer than it was to last is sealed anew. */
  async function sealed(entry: Unsent): Promise<{ readonly body: MessageBody; readonly frame: Bytes }> {
    const { frame } = entry;
    const isOver = (restMsOf(entry.body) ?? 1) <= 0;
    if (frame !== null && !isOver) return { body: entry.body, frame };
    const body = isOver || lastsOf(entry.body) === null ? withLife(entry.body) : entry.body;
    return { body, frame: await sealMessage(voice.keys(), member, { ...body, name: voice.name() }, random) };
  }

  /** How many ms from now a body lasts; null: it stays. */
  function restMsOf(body: MessageBody): number | null {
    const lasts = lastsOf(body);
    return lasts === null ? null : body.at + lasts * secondMs - now();
  }

  /**
   * With the timer on, a body lasts from when it goes out: it was said, so it is to be read. What was taken back lasts as
   * long as it would have, an edit as long as what it changes; one whose message has ended has nothing more to say.
   */
  function withLife(body: MessageBody): MessageBody {
    if (body.kind !== "text" && body.kind !== "file" && body.kind !== "edit" && body.kind !== "void")
      return body;
    const { lasts, ...staying } = body;
    const rest =
      body.kind === "edit"
        ? keepSeconds(body.of)
        : (outbox.timerBefore(body.counter) ?? voice.timerSeconds());
    if (rest !== 0 && rest !== null) {
      const waited = Math.max(0, Math.ceil((now() - body.at) / secondMs));
      return { ...body, lasts: Math.min(waited + rest, maxTimerSeconds) };
    }
    if (body.kind !== "edit") return staying;
    // Of what waits itself 0 is as good as said; of what is in the log, or was, an edit that had an end has reached it.
    const stays = rest === 0 && (lasts === undefined || outbox.body(body.of) !== null);
    return stays ? staying : withLife(nothingInstead(body));
  }

  function keepSeconds(of: number): number | null {
    const waiting = outbox.body(of);
    if (waiting === null) return voice.keepSeconds(of);
    const restMs = restMsOf(waiting);
    return restMs === null ? 0 : restMs > 0 ? Math.ceil(restMs / secondMs) : null;
  }

  async function sendVolatile(body: VolatileBody): Promise<void> {
    const line = voice.liveLine();
    if (line === null) return;
    const frame = await sealVolatile(voice.keys(), member, body, random);
    if (line === voice.liveLine()) line.frame(frame);
  }

  function echoed(body: MessageBody): "said" | { readonly clash: MessageBody } {
    counter = Math.max(counter, body.counter + 1);
    const result = outbox.acknowledge(body);
    const line = voice.liveLine();
    echoes.came(line !== null && outbox.awaits(line));
    return result;
  }

  return {
    get counter() {
      return counter;
    },
    take,
    takeBack,
    send,
    sendVolatile,
    echoed,
    keepSeconds,
    timerToBe: () => outbox.timerBefore(counter) ?? voice.timerSeconds(),
  };
}
