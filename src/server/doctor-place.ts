// What `secure-room doctor` says of where a relay keeps its files and where it listens. Pure, as doctor.ts, whose part it is.

import type { BesideFacts, CertificateFacts, Facts, Finding, SaltFacts } from "./facts.ts";

export function judgeFolder({ folder, salt, certificate, nowMs }: Facts): Finding {
  const what = "folder";
  if (folder.state === "refused") return { what, verdict: "bad", text: folder.why };
  if (folder.state === "none") {
    return { what, verdict: "good", text: `${folder.path} is not there yet: a start makes it` };
  }
  if (folder.state === "writable") return { what, verdict: "good", text: folder.path };
  const another = "make it writable, or name another with --certs DIR";
  if (salt.state === "none" || isMade(certificate, nowMs)) {
    return { what, verdict: "bad", text: `${folder.why}, and a start must: ${another}` };
  }
  if (certificate.state !== "found" || certificate.from === "files") {
    return { what, verdict: "good", text: "cannot be written, and has all that is needed" };
  }
  return { what, verdict: "poor", text: `${folder.why}, and the next certificate must: ${another}` };
}

/** Whether a start makes the certificate. */
function isMade(certificate: CertificateFacts, nowMs: number): boolean {
  if (certificate.state === "none") return true;
  return certificate.state === "found" && certificate.from !== "files" && certificate.expiresAtMs <= nowMs;
}

export function judgeSalt(salt: SaltFacts): Finding {
  const what = "salt";
  if (salt.state === "unusable") return { what, verdict: "bad", text: salt.why };
  const text = salt.state === "found" ? "there" : "none yet: one is made at the first start";
  return { what, verdict: "good", text };
}

/** Of a port beside the one for guests. */
export function judgeBeside(beside: BesideFacts, { place }: Facts): Finding {
  const { flag, port } = beside;
  const what = flag.replace(/^--/, "");
  if (beside.state === "refused") return { what, verdict: "bad", text: beside.why };
  if (beside.state === "free") return { what, verdict: "good", text: "free" };
  const another = `stop that, or take another with ${flag} N`;
  if (place.state === "taken" && typeof place.by === "object") {
    return place.by.ours === true
      ? { what, verdict: "good", text: "in use: by this relay, if it was started with the same flags" }
      : { what, verdict: "poor", text: `in use, as the place for guests is: ${another}` };
  }
  const text = `port ${port} is in use by another program, or named twice: ${another}`;
  return { what, verdict: "bad", text };
}

export function judgePlace({ place, listensOn: what }: Facts): Finding {
  if (place.state === "refused") return { what, verdict: "bad", text: place.why };
  if (place.state === "free") {
    return { what, verdict: "good", text: what === "port" ? "free" : "not there yet: a start makes it" };
  }
  if (place.state === "left") {
    return { what, verdict: "good", text: "left behind by a relay that is gone: a start replaces it" };
  }
  const { by } = place;
  if (typeof by === "string") {
    const another = what === "port" ? "--port N" : "--socket PATH";
    const text = `in use by another program: stop that, or take another with ${another}`;
    return { what, verdict: "bad", text };
  }
  if (by.ours !== true) {
    const text =
      "in use by a secure-room of another folder: name that folder with --certs, or take another " + what;
    return { what, verdict: "poor", text };
  }
  if (!by.sameTls) {
    const text =
      "in use by a secure-room, with other flags: give doctor those it was started with (--no-tls)";
    return { what, verdict: "poor", text };
  }
  return { what, verdict: "good", text: `in use by this relay, secure-room ${by.version}` };
}

/** Whether the relay of this folder runs here. */
export function isRunning({ place }: Facts): boolean {
  return place.state === "taken" && typeof place.by === "object" && place.by.ours === true;
}
