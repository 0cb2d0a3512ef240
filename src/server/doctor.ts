// What `secure-room doctor` says: each finding from facts that examine.ts has gathered. Pure; it changes nothing.

import type { Limits } from "../protocol/relay-limits.ts";
import { dayMs, kiB, miB } from "../protocol/units.ts";
import { warnDays } from "./certificate-expiry.ts";
import { usualConnections } from "./descriptors.ts";
import { isRunning, judgeBeside, judgeFolder, judgePlace, judgeSalt } from "./doctor-place.ts";
import type { Facts, Finding, Source } from "./facts.ts";
import { spellSize } from "./values.ts";

/** Warned of this long before: a certificate that renews itself does so earlier. */
const expiryWarningMs = warnDays * dayMs;
/** What Node and the program need beside what rooms fill. */
const programBytes = 120 * miB;
/** Of one connection with TLS: 30 to 35 KiB were measured on Node 20, 39 to 53 on 22, 24 and 26. */
const connectionBytes = 53 * kiB;
/** Of one behind a proxy: 10 to 16 KiB on the four of them. */
const plainConnectionBytes = 16 * kiB;
/** Signatures and time-outs bear more, people who read times do not. */
const clockSlackMs = 60_000;

/** One finding for each thing that can be wrong, in the order in which to mend them. */
export function diagnose(limits: Limits, facts: Facts): readonly Finding[] {
  return [
    judgeFolder(facts),
    judgeSalt(facts.salt),
    judgeCertificate(facts),
    ...judgeAuthority(facts),
    judgePlace(facts),
    ...facts.besides.map((each) => judgeBeside(each, facts)),
    judgeDescriptors(limits, facts.descriptorLimit),
    judgeClock(facts),
    judgeMemory(limits, facts),
    ...judgeReach(facts),
  ];
}

const noneYet: Readonly<Record<Source, string>> = {
  files: "none",
  acme: "none in date yet: a start asks the authority for one",
  "local-ca": "none yet: this machine's own authority makes one at the first start",
  made: "none yet: one is made at the first start",
};
const remedies: Readonly<Record<Source, string>> = {
  files: "renew it",
  acme: "the relay should have renewed it: its log says why it could not",
  "local-ca": "it is made anew at the next start, and devices that trust the authority see no difference",
  made: "it is made anew at the next start, and guests see their browser's warning again",
};
const vouching: Readonly<Record<Source, string>> = {
  files: "",
  acme: "",
  "local-ca": "; made here: devices must trust this machine's authority, from /ca",
  made: "; made here, so browsers warn of it",
};

function judgeCertificate(facts: Facts): Finding {
  const what = "certificate";
  const { certificate: found, nowMs } = facts;
  if (found.state === "proxy") {
    return { what, verdict: "good", text: "the proxy's: with --no-tls none is needed here" };
  }
  if (found.state === "none" && found.from === "acme" && isRunning(facts)) {
    return { what, verdict: "poor", text: "none in date, though the relay runs: its log says why" };
  }
  if (found.state === "none") return { what, verdict: "good", text: noneYet[found.from] };
  if (found.state === "unusable") return { what, verdict: "bad", text: found.why };
  const { from, expiresAtMs, renewsAtMs, names } = found;
  const leftMs = expiresAtMs - nowMs;
  if (leftMs <= 0) {
    return { what, verdict: from === "files" ? "bad" : "poor", text: `has run out: ${remedies[from]}` };
  }
  const warnedFromMs = renewsAtMs === null ? expiresAtMs - expiryWarningMs : renewsAtMs + dayMs;
  if (nowMs > warnedFromMs) {
    const days = Math.floor(leftMs / dayMs);
    const text = `runs out in ${days} ${days === 1 ? "day" : "days"}: ${remedies[from]}`;
    return { what, verdict: "poor", text };
  }
  const until = new Date(expiresAtMs).toISOString().slice(0, 10);
  return { what, verdict: "good", text: `until ${until}, for ${names}${vouching[from]}` };
}

/** What the authority must find when it looks whether the domain is ours. */
function judgeAuthority({ authority, certificate }: Facts): readonly Finding[] {
  if (authority === null) return [];
  const what = "authority";
  const { domain, comesTo, here, addresses, why, isHere } = authority;
  if (addresses.length === 0) {
    const text = `DNS has no address for ${domain} (${why ?? "none"}): give it an A record with your public address`;
    return [{ what, verdict: "poor", text }];
  }
  const comes = `it asks ${domain} (${addresses.join(", ")}) on port ${comesTo}`;
  // It has come through before, so that what is in between is right.
  if (certificate.state === "found") return [{ what, verdict: "good", text: `${comes}, as it did before` }];
  const flag = comesTo === 80 ? "--http-port" : "--port";
  const onward = here === comesTo ? "to this machine" : `to port ${here} here`;
  if (isHere !== true) {
    const text = `${comes}, no address of this machine: if it is your router's, let it send that port on ${onward}; if not, correct DNS`;
    return [{ what, verdict: "poor", text }];
  }
  if (here === comesTo) return [{ what, verdict: "good", text: `${comes}, which is here` }];
  const text = `${comes}, and ${flag} is ${here}: write ${flag} ${comesTo}, or send that port on ${onward}`;
  return [{ what, verdict: "poor", text }];
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

function judgeClock({ clockSynchronised, reach, place }: Facts): Finding {
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
  if (clockSynchronised === true) return { what, verdict: "good", text: "follows a time server" };
  // With a relay here, what answers may be this very machine, and have the same clock.
  if (aheadMs !== null && place.state !== "taken") {
    return { what, verdict: "good", text: "agrees with the one that answers" };
  }
  const text =
    "nothing here tells whether it is right: compare it with another, and let a time server set it";
  return { what, verdict: "poor", text };
}

function judgeMemory(limits: Limits, { memoryBytes, certificate }: Facts): Finding {
  const what = "memory";
  const { logMemoryBytes, fileMemoryBytes, maxConnections } = limits;
  const isPlain = certificate.state === "proxy";
  const connectionsBytes = maxConnections * (isPlain ? plainConnectionBytes : connectionBytes);
  const has = `${Math.floor(memoryBytes / miB)} MiB`;
  const wants =
    `messages may fill ${spellSize(logMemoryBytes)}, files ${spellSize(fileMemoryBytes)}, ` +
    `${maxConnections} connections ${Math.ceil(connectionsBytes / miB)}MiB`;
  if (logMemoryBytes + fileMemoryBytes + connectionsBytes + programBytes <= memoryBytes) {
    return { what, verdict: "good", text: `${has}; ${wants}` };
  }
  const remedy = "lower --max-connections, --log-memory or --file-memory";
  return { what, verdict: "poor", text: `${has}, but ${wants}, and the program needs some: ${remedy}` };
}

function judgeReach(facts: Facts): readonly Finding[] {
  const what = "address";
  const { reach } = facts;
  if (reach.state === "unknown") {
    const text = "not known here: name the one that guests use with --url, and it is tried too";
    return [{ what, verdict: "poor", text }];
  }
  if (reach.state === "silent") {
    const { place, listensOn } = facts;
    if (place.state === "taken" && typeof place.by === "string") {
      const text = `no secure-room answers at ${reach.url} (${reach.why}): it can start when the ${listensOn} is free`;
      return [{ what, verdict: "poor", text }];
    }
    const nothing = `nothing answers at ${reach.url} (${reach.why})`;
    // Many a home router does not let its own network in by its outer address.
    const text = isRunning(facts)
      ? `from here ${nothing}, though the relay runs: check DNS, firewall and proxy, and try it from outside`
      : `${nothing}: start the relay, open the firewall, check the name`;
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
