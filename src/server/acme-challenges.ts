// What an authority finds when it checks that this machine answers for a domain: on the TLS port a certificate with the
// proof inside (tls-alpn-01, RFC 8737), on port 80 a line of text (http-01, RFC 8555, section 8.3). There is nothing to
// find, and nothing is looked for, except while a certificate is being had.

import { generateKeyPairSync } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { dayMs } from "../protocol/units.ts";
import { maxHelloRecordBytes, PartialHello } from "./client-hello.ts";
import { readAllOf } from "./raw.ts";
import { acmeIdentifier, basicConstraints, nameOf, subjectAltName, writeCertificate } from "./x509.ts";

export interface Challenges {
  /** Whether a TLS connection may be the authority's: only then is it looked at. */
  readonly isOpen: boolean;
  /** Shows the certificate of a proof until the answer is called. */
  showCertificate(domain: string, keyAuthorization: string): () => void;
  /** Shows a line of text until the answer is called. */
  showText(token: string, keyAuthorization: string): () => void;
  /** The text to show for a token, or null. */
  textOf(token: string): string | null;
  /** Answers the authority on `socket`, or hands the socket to `others` as it came. */
  meet(socket: Socket, others: () => void): void;
}

/** The protocol by which an authority makes itself known. */
const acmeProtocol = "acme-tls/1";

export function createChallenges(): Challenges {
  const texts = new Map<string, string>();
  /** One domain is had at a time. */
  let context: SecureContext | null = null;
  return {
    get isOpen() {
      return context !== null;
    },
    showCertificate(domain, keyAuthorization) {
      context = contextOf(domain, keyAuthorization);
      return () => {
        context = null;
      };
    },
    showText(token, keyAuthorization) {
      texts.set(token, keyAuthorization);
      return () => texts.delete(token);
    },
    textOf: (token) => texts.get(token) ?? null,
    meet(socket, others) {
      const hello = new PartialHello();
      const look = (): void => {
        hello.add(readAllOf(socket));
        const { bytes } = hello;
        const protocols = hello.protocols();
        // The socket's owner has set it a time.
        if (protocols === "more" && bytes.length <= maxHelloRecordBytes && !socket.readableEnded) return;
        socket.off("readable", look);
        if (bytes.length > 0) socket.unshift(bytes);
        if (context !== null && protocols.includes(acmeProtocol)) prove(socket, context);
        else others();
      };
      socket.on("readable", look);
      look();
    },
  };
}

function prove(socket: Socket, secureContext: SecureContext): void {
  const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [acmeProtocol] });
  // The handshake is all there is (RFC 8737, section 3).
  secured.on("secure", () => secured.end());
  secured.on("error", () => secured.destroy());
  secured.on("end", () => secured.destroy());
  secured.resume();
}

function contextOf(domain: string, keyAuthorization: string): SecureContext {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = nameOf("ACME challenge");
  const cert = writeCertificate({
    subject,
    publicKey,
    issuer: { name: subject, key: privateKey },
    fromMs: Date.now() - dayMs,
    untilMs: Date.now() + dayMs,
    extensions: [basicConstraints(false), subjectAltName([domain]), acmeIdentifier(keyAuthorization)],
  });
  return createSecureContext({ cert, key: privateKey.export({ type: "pkcs8", format: "pem" }) });
}
