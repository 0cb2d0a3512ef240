// The form of a request: what Node's parser lets through, and two readers on the way could still read in two ways.

import type { IncomingMessage } from "node:http";

/** What is wrong with the form of `request`, in a sentence; null when nothing is. */
export function flawOf(request: IncomingMessage): string | null {
  const { httpVersion, url = "", headers } = request;
  // Without a version Node takes a line for HTTP/0.9, and answers.
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return "A request is one of HTTP/1.1.";
  // RFC 9112, section 3.2: the whole addresses are for proxies, and this is none.
  if (!url.startsWith("/")) return "A request names a path.";
  // Node takes the first of several; at an upgrade it does not even miss it. HTTP/1.0 needs none: so proxies look for life.
  const [host, second] = hostsIn(request);
  const isMissing = host === undefined && httpVersion === "1.1";
  if (isMissing || second !== undefined || (host !== undefined && !hostShape.test(host)))
    return "A request names one Host.";
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked")
    return "A body comes whole or in chunks.";
  return null;
}

/** Of a name or an address with its port; what it stands for is nobody's affair here. */
const hostShape = /^[\w.:%[\]-]+$/;

function hostsIn({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host");
}

/** Whether something comes behind the head. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
