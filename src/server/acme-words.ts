// Why no certificate was had, in words for whoever runs the relay, and what to do. Texts only.

import type { ChallengeType } from "./acme-order.ts";
import { AcmeProblem } from "./acme-client.ts";
import { codeOf, Mistake } from "./mistake.ts";

export interface Attempt {
  readonly domain: string;
  readonly directoryUrl: string;
  readonly challenge: ChallengeType;
}

/** One sentence or two, without a line break. */
export function wordsFor(thrown: unknown, attempt: Attempt): string {
  const { directoryUrl } = attempt;
  if (thrown instanceof AcmeProblem) {
    const advice = adviceOn(thrown, attempt);
    return `${advice} (the authority says: ${plain(thrown.message) || thrown.type || "nothing"})`;
  }
  if (thrown instanceof Mistake) return thrown.message;
  const cause = causeOf(thrown);
  const why = plain(cause instanceof Error ? cause.message : String(cause));
  if (distrust.test(codeOf(cause))) {
    return (
      `${directoryUrl} shows a certificate that this machine does not trust (${why}): start with ` +
      `NODE_EXTRA_CA_CERTS=FILE in the environment, where FILE has the root certificate of that authority, PEM`
    );
  }
  return `no answer from ${directoryUrl} (${why}): check this machine's way to the internet, and its clock`;
}

/** OpenSSL's codes for a chain that ends at no root that Node knows. */
const distrust = /SELF_SIGNED_CERT|^UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/;

/** Authorities differ in the type for it; older ones have the same for a wrong answer and for none. */
const unreachable = /failed to connect|connection refused|timeout|timed out|no route/i;

function adviceOn({ type, message }: AcmeProblem, { domain, challenge }: Attempt): string {
  const [port, flag] = challenge === "http-01" ? [80, "--http-port"] : [443, "--port"];
  const isCheck = type === "unauthorized" || type === "incorrectResponse" || type === "tls";
  switch (isCheck && unreachable.test(message) ? "connection" : type) {
    case "dns":
      return `the name ${domain} does not lead anywhere: give it an A or AAAA record with this machine's public address`;
    case "connection":
      return (
        `the authority could not reach ${domain} on port ${port}: open it in the firewall, forward it to ${flag} ` +
        `of this machine, and check that the name's A and AAAA records are this machine's`
      );
    case "unauthorized":
    case "incorrectResponse":
    case "tls":
      return (
        `something else answers at ${domain} on port ${port}: check that the name's A and AAAA records are this ` +
        `machine's, and that no proxy in front ends TLS itself`
      );
    case "rateLimited":
      return `the authority's rate limit is reached: wait, or try things out with --acme-staging`;
    case "caa":
      return `the CAA record of ${domain} forbids this authority: add it there, or remove the record`;
    case "rejectedIdentifier":
    case "unsupportedIdentifier":
      return `the authority gives no certificate for ${domain}: it must be a public domain name`;
    case "invalidContact":
    case "unsupportedContact":
      return "the authority does not take --acme-email: give an address that can get mail, or leave it out";
    case "externalAccountRequired":
      return "this authority wants an account that is made on its site: use another with --acme-directory";
    case "userActionRequired":
      return "the authority's terms have changed: read and accept them on its site";
    case "accountDoesNotExist":
      return "the authority has closed the account: remove acme-account.pem for a new one";
    case "noChallenge":
      return challenge === "http-01"
        ? "this authority does not check over plain HTTP: leave --http-port out"
        : "this authority does not check over TLS: add --http-port 80";
    case "badNonce":
    case "serverInternal":
      return "the authority is in trouble itself: it will be tried again";
    default:
      return "the authority refused";
  }
}

/** fetch says only that it failed; why is inside. */
function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause !== undefined ? causeOf(thrown.cause) : thrown;
}

/** Text of the authority's: it may hold anything, and must fit a line. */
function plain(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]+/g, " ").trim();
  return printable.length > 300 ? `${printable.slice(0, 300)}…` : printable;
}
