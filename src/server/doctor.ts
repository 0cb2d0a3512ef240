// What `secure-room doctor` says: each finding from facts that examine.ts has gathered. Pure; it changes nothing.

import type { Limits } from "../protocol/limits.ts";
import { dayMs, miB } from "../protocol/units.ts";
import { usualConnections } from "./descriptors.ts";
import { spellSize } from "./values.ts";

/** "bad" keeps it from working, "poor" will hurt some day or some guests. */
export type Verdict = "good" | "poor" | "bad";

export interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  /** What is so and, unless it is good, what to do. */
  readonly text: string;
}

/** What was seen on the machine; null where it could not be told. */
export interface Facts {
  readonly nowMs: number;
  readonly certificate: CertificateFacts;
  readonly port: PortFacts;
  readonly descriptorLimit: number | null;
  /** Whether the system says that its clock follows a time server. */
  readonly clockSynchronised: boolean | null;
  /** Of the machine or of the container, whichever is less, bytes. */
  readonly memoryBytes: number;
  readonly reach: ReachFacts;
}

export type CertificateFacts =
  | { readonly state: "none" }
  | { readonly state: "unusable"; readonly why: string }
  | { readonly state: "found"; readonly own: boolean; readonly expiresAtMs: number; readonly names: string };

export type PortFacts =
  | { readonly state: "free" }
  | { readonly state: "taken" }
  | { readonly state: "refused"; readonly why: string };

export type ReachFacts =
  | { readonly state: "silent"; readonly url: string; readonly why: string }
  | { readonly state: "stranger"; readonly url: string }
  | {
      readonly state: "found";
      readonly url: string;
      readonly version: string;
      /** Whether it has the salt of our folder, null where there is none to compare with. */
      readonly ours: boolean | null;
      readonly trusted: boolean;
      /** The answering clock less ours. */
      readonly clockAheadMs: number | null;
      /** Whether an upgrade came through. */
      readonly webSockets: boolean;
    };

/** Warned of this long before: a certificate that renews itself does so earlier. */
const expiryWarningMs = 14 * dayMs;
/** What Node and the program need beside what rooms fill. */
const programBytes = 120 * miB;
/** Signatures and time-outs bear more, people who read times do not. */
const clockSlackMs = 60_000;

/** One finding for each thing that can be wrong, in the order in which to mend them. */
export function diagnose(limits: Limits, facts: Facts): readonly Finding[] {
  return [
    judgeCertificate(facts.certificate, facts.nowMs),
    judgePort(facts.port, facts.reach),
    judgeDescriptors(limits, facts.descriptorLimit),
    judgeClock(facts),
    judgeMemory(limits, facts.memoryBytes),
    ...judgeReach(facts.reach),
  ];
}

function judgeCertificate(found: CertificateFacts, nowMs: number): Finding {
  const what = "certificate";
  if (found.state === "none") {
    return { what, verdict: "good", text: "none yet: one is made at the first start" };
  }
  if (found.state === "unusable") return { what, verdict: "bad", text: found.why };
  const leftMs = found.expiresAtMs - nowMs;
  const until = `until ${new Date(found.expiresAtMs).toISOString().slice(0, 10)}, for ${found.names}`;
  const remedy = found.own
    ? "renew it"
    : "it is made anew at the next start, and guests see their browser's warning again";
  if (leftMs <= 0) return { what, verdict: found.own ? "bad" : "poor", text: `has run out: ${remedy}` };
  const days = Math.floor(leftMs / dayMs);
  if (leftMs < expiryWarningMs) {
    return { what, verdict: "poor", text: `runs out in ${days} ${days === 1 ? "day" : "days"}: ${remedy}` };
  }
  return { what, verdict: "good", text: `${until}${found.own ? "" : "; made here, so browsers warn of it"}` };
}

function judgePort(port: PortFacts, reach: ReachFacts): Finding {
  const what = "port";
  if (port.state === "free") return { what, verdict: "good", text: "free" };
  if (port.state === "refused") return { what, verdict: "bad", text: port.why };
  if (reach.state === "found") return { what, verdict: "good", text: "taken, by a relay that answers" };
  return {
    what,
    verdict: "bad",
    text: "taken by another program: stop that, or take another with --port N",
  };
}

function judgeDescriptors({ maxConnections }: Limits, limit: number | null): Finding {
  const what = "open files";
  if (limit === null) {
    return { what, verdict: "good", text: "this system does not tell how many may be open" };
  }
  const most = usualConnections(limit);
  const allows = `${limit} allow ${most} connections`;
  if (maxConnections <= most) return { what, verdict: "good", text: allows };
  return {
    what,
    verdict: "poor",
    text: `${allows}, --max-connections is ${maxConnections}: raise the limit (ulimit -n, systemd's LimitNOFILE=)`,
  };
}

function judgeClock({ clockSynchronised, reach }: Facts): Finding {
  const what = "clock";
  const aheadMs = reach.state === "found" ? reach.clockAheadMs : null;
  if (aheadMs !== null && Math.abs(aheadMs) > clockSlackMs) {
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    const text = `${seconds} s ${aheadMs > 0 ? "behind" : "ahead of"} the one that answers: set it by a time server`;
    return { what, verdict: "poor", text };
  }
  if (clockSynchronised === false) {
    return {
      what,
      verdict: "poor",
      text: "follows no time server: switch one on (timedatectl set-ntp true)",
    };
  }
  const text =
    clockSynchronised === true ? "follows a time server" : "nothing here tells whether it is right";
  return { what, verdict: "good", text };
}

function judgeMemory({ logMemoryBytes, fileMemoryBytes }: Limits, memoryBytes: number): Finding {
  const what = "memory";
  const wantedBytes = logMemoryBytes + fileMemoryBytes + programBytes;
  const has = `${Math.floor(memoryBytes / miB)} MiB`;
  const wants = `messages may fill ${spellSize(logMemoryBytes)}, files ${spellSize(fileMemoryBytes)}`;
  if (wantedBytes <= memoryBytes) return { what, verdict: "good", text: `${has}; ${wants}` };
  return {
    what,
    verdict: "poor",
    text: `${has}, but ${wants}, and the program needs some: lower --log-memory and --file-memory`,
  };
}

function judgeReach(reach: ReachFacts): readonly Finding[] {
  const what = "address";
  if (reach.state === "silent") {
    const text = `nothing answers at ${reach.url} (${reach.why}): start the relay, open the firewall, check the name`;
    return [{ what, verdict: "poor", text }];
  }
  if (reach.state === "stranger") {
    const text = `${reach.url} is answered by something that is no secure-room: check the name, the port and the proxy`;
    return [{ what, verdict: "bad", text }];
  }
  const found: Finding[] = [];
  const answers = `${reach.url} is answered by secure-room ${reach.version}`;
  if (reach.ours === false) {
    const text = `${answers}, but with another salt than this folder's: name the folder of that relay with --certs`;
    found.push({ what, verdict: "poor", text });
  } else if (!reach.trusted) {
    found.push({ what, verdict: "good", text: `${answers}; browsers warn of its certificate once` });
  } else found.push({ what, verdict: "good", text: answers });
  found.push(
    reach.webSockets
      ? { what: "WebSockets", verdict: "good", text: "come through" }
      : {
          what: "WebSockets",
          verdict: "poor",
          text: "do not come through; guests fall back to slower requests. Let the proxy pass upgrades on: scripts/deploy has examples",
        },
  );
  return found;
}
