// How a phone comes to trust the local authority: its certificate, and a page that says per system what to press.
// No script, no form, nothing that a visitor sends comes back in it.

import { X509Certificate } from "node:crypto";
import type { ServerResponse } from "node:http";
import { hasBody } from "./form.ts";
import { escapeHtml } from "./html.ts";
import { refuse, type Route } from "./http.ts";
import type { Authority } from "./local-ca.ts";

interface Leaf {
  readonly type: string;
  readonly body: Buffer;
  /** The name under which a browser keeps it. */
  readonly name?: string;
}

/**
 * Answers `/ca`, `/ca.crt`, `/ca.pem` and `/ca.css`; `authority` is asked for at each request.
 * @param vouchesFor whether its certificate speaks for a name or address: elsewhere the page promises nothing
 */
export function createAuthorityPages(
  authority: () => Authority,
  vouchesFor: (host: string) => boolean,
): Route {
  return (request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/s, "");
    const leaf = leafOf(path, authority(), () => vouchesFor(hostIn(request.headers.host ?? "")));
    if (leaf === null) return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      refuse(request, response, 405, "This can only be read.");
      return true;
    }
    if (hasBody(request)) refuse(request, response, 413, "A request for this has no body.");
    else answer(response, leaf, request.method === "HEAD");
    return true;
  };
}

/** `[::1]:3000` → `::1` */
function hostIn(header: string): string {
  return header.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
}

function leafOf(path: string, authority: Authority, isVouchedFor: () => boolean): Leaf | null {
  switch (path) {
    case "/ca":
      return {
        type: "text/html; charset=utf-8",
        body: Buffer.from(isVouchedFor() ? pageOf(authority) : foreignPage),
      };
    case "/ca.css":
      return { type: "text/css; charset=utf-8", body: Buffer.from(style) };
    case "/ca.crt":
      // DER under this type is what iOS, Android and Firefox offer to install.
      return {
        type: "application/x-x509-ca-cert",
        body: new X509Certificate(authority.cert).raw,
        name: "secure-room-ca.crt",
      };
    case "/ca.pem":
      return {
        type: "application/x-pem-file",
        body: Buffer.from(authority.cert),
        name: "secure-room-ca.pem",
      };
    default:
      return null;
  }
}

function answer(response: ServerResponse, { type, body, name }: Leaf, isHead: boolean): void {
  response.writeHead(200, {
    "Content-Type": type,
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    ...(name === undefined ? {} : { "Content-Disposition": `attachment; filename="${name}"` }),
  });
  response.end(isHead ? undefined : body);
}

const style = `:root{color-scheme:light dark;font:100%/1.55 system-ui,sans-serif}
body{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h2{margin:2rem 0 .25rem;font-size:1.1rem}
code{overflow-wrap:anywhere}
.get{display:inline-block;padding:.7rem 1.2rem;border:2px solid;border-radius:.75rem;font-weight:600;text-decoration:none}
`;

/** `main` is HTML. */
function pageAround(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · secure-room</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/ca.css">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** By an address that the authority may not sign for, no trust in it stops the warning. */
const foreignPage = pageAround(
  "The warning stays",
  `<h1>At this address the warning stays</h1>
<p>The machine that runs this chat has an authority of its own. It can vouch only for machines in private networks, and
the address that brought you here is none of those: your browser goes on warning, whatever this device trusts.</p>
<p>If you are in the same network as that machine, ask the person who runs the chat for its address there, and open
<code>/ca</code> behind that. Otherwise they need a domain, and a certificate for it.</p>`,
);

function pageOf({ name, fingerprint }: Authority): string {
  const called = escapeHtml(name);
  return pageAround(
    "Stop the warning",
    `<h1>Stop the warning on this device</h1>
<p>The machine that runs this chat has an authority of its own. Once your device trusts it, the browser no longer warns
here. It can vouch only for machines in private networks, never for a site on the internet.</p>
<p>First compare: the person who runs the chat sees this line in their terminal. If it differs, stop.</p>
<p><code>${escapeHtml(fingerprint)}</code></p>
<p><a class="get" href="/ca.crt">Get the certificate</a></p>
<p>It is called <strong>${called}</strong>.</p>

<h2>iPhone, iPad</h2>
<ol>
<li>Open this page in Safari, press <em>Get the certificate</em>, then <em>Allow</em>.</li>
<li>Settings → <em>Profile Downloaded</em> → <em>Install</em>.</li>
<li>Settings → General → About → <em>Certificate Trust Settings</em>: switch it on.</li>
</ol>

<h2>Android</h2>
<ol>
<li>Press <em>Get the certificate</em> and keep the file.</li>
<li>Settings → search for <em>CA certificate</em> (Security → Encryption &amp; credentials → Install a certificate) → <em>Install anyway</em> → the file.</li>
<li>Firefox besides: Settings → About Firefox, press the logo five times; then Secret Settings → <em>Use third party CA certificates</em>.</li>
</ol>

<h2>macOS</h2>
<ol>
<li>Press <em>Get the certificate</em> and open the file: it goes into the keychain <em>login</em>.</li>
<li>In Keychain Access open it there, unfold <em>Trust</em>, choose <em>Always Trust</em>.</li>
</ol>

<h2>Windows</h2>
<ol>
<li>Press <em>Get the certificate</em>, open the file, <em>Install Certificate…</em>, <em>Current User</em>.</li>
<li><em>Place all certificates in the following store</em> → <em>Trusted Root Certification Authorities</em>.</li>
</ol>

<h2>Linux: Chrome, Chromium</h2>
<p>Get <a href="/ca.pem">the PEM file</a>. Then Settings → Privacy and security → Security → Manage certificates →
<em>Local certificates</em> → Installed by you → Trusted certificates → <em>Import</em>. For curl and the rest of a Debian or Ubuntu:</p>
<p><code>sudo cp secure-room-ca.pem /usr/local/share/ca-certificates/secure-room-ca.crt &amp;&amp; sudo update-ca-certificates</code></p>

<h2>Firefox on a computer</h2>
<p>On Windows and macOS it follows the system. Elsewhere: Settings → Privacy &amp; Security → <em>View Certificates…</em> →
<em>Authorities</em> → <em>Import…</em> → the file → <em>Trust this CA to identify websites</em>.</p>

<h2>Afterwards</h2>
<p>Close this tab, open the chat anew. To take the trust back, remove <strong>${called}</strong> in the same place.</p>`,
  );
}
