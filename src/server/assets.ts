// The page's files, read once at boot and answered from memory: encodings, ETags, cache rules. No file-system work.

import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** One file of the page, its contents in the form `Content`. */
interface File<Content> {
  /** The path it is served at: `/`, `/main.3f9a….js` */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  /** True when the path names the content, so that a browser may keep it forever. */
  readonly immutable: boolean;
  readonly body: Content;
  /** Only where they are smaller than `body`. */
  readonly brotli?: Content;
  readonly gzip?: Content;
}

/** As the build embeds it, in base64. */
export type EmbeddedFile = File<string>;
export type PageFile = File<Uint8Array>;

/** What to answer for a file. The body is null with status 304. */
export interface AssetAnswer {
  readonly status: 200 | 304;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array | null;
}

export interface Assets {
  /** What to answer for `path`, or null when the page has no such file. */
  answer(path: string, headers: IncomingHttpHeaders): AssetAnswer | null;
  /** SHA-256 of each file's plain body in hexadecimal, by path: what `curl … | sha256sum` prints. */
  readonly hashes: Readonly<Record<string, string>>;
}

type Encoding = "br" | "gzip" | "identity";

interface Variant {
  readonly encoding: Encoding;
  readonly body: Uint8Array;
  readonly etag: string;
}

interface Asset {
  readonly file: PageFile;
  /** Smallest first, the plain body last. */
  readonly variants: readonly Variant[];
}

/** Turns the build's base64 into bytes. */
export function decodePage(files: readonly EmbeddedFile[]): PageFile[] {
  return files.map(({ body, brotli, gzip, ...rest }) => ({
    ...rest,
    body: Buffer.from(body, "base64"),
    ...(brotli === undefined ? {} : { brotli: Buffer.from(brotli, "base64") }),
    ...(gzip === undefined ? {} : { gzip: Buffer.from(gzip, "base64") }),
  }));
}

/** Hashes every file once and answers from then on out of a Map. */
export function createAssets(files: readonly PageFile[]): Assets {
  const assets = new Map<string, Asset>();
  const hashes: Record<string, string> = {};
  for (const file of files) {
    const hash = createHash("sha256").update(file.body).digest("hex");
    hashes[file.path] = hash;
    assets.set(file.path, { file, variants: variantsOf(file, hash) });
  }
  return {
    hashes,
    answer(path, headers) {
      const asset = assets.get(path);
      return asset === undefined ? null : answerWith(asset, headers);
    },
  };
}

function variantsOf(file: PageFile, hash: string): Variant[] {
  // A strong ETag must differ between encodings (RFC 9110, section 8.8.3).
  const variant = (encoding: Encoding, body: Uint8Array | undefined): Variant[] =>
    body === undefined ? [] : [{ encoding, body, etag: `"${hash.slice(0, 32)}-${encoding}"` }];
  return [...variant("br", file.brotli), ...variant("gzip", file.gzip), ...variant("identity", file.body)];
}

function answerWith({ file, variants }: Asset, headers: IncomingHttpHeaders): AssetAnswer {
  const { encoding, body, etag } = choose(variants, headers["accept-encoding"]);
  const common = {
    ETag: etag,
    Vary: "Accept-Encoding",
    "Cache-Control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (names(headers["if-none-match"], etag)) return { status: 304, headers: common, body: null };
  return {
    status: 200,
    headers: {
      ...common,
      "Content-Type": file.type,
      "Content-Length": body.length,
      ...(encoding === "identity" ? {} : { "Content-Encoding": encoding }),
    },
    body,
  };
}

/** The variant with the highest weight; of equal ones the smallest. Where nothing is welcome, the plain body. */
function choose(variants: readonly Variant[], header: string | string[] | undefined): Variant {
  const weights = readWeights(String(header ?? ""));
  let best: Variant | null = null;
  let bestWeight = 0;
  for (const variant of variants) {
    const weight = weightOf(weights, variant.encoding);
    if (weight <= bestWeight) continue;
    best = variant;
    bestWeight = weight;
  }
  const plain = variants.at(-1);
  if (plain === undefined) throw new Error("expected a file with a plain body");
  return best ?? plain;
}

/** `Accept-Encoding` as weights by name (RFC 9110, section 12.5.3). A weight that cannot be read counts as 0. */
function readWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (name !== "") weights.set(name, weight >= 0 && weight <= 1 ? weight : 0);
  }
  return weights;
}

function weightOf(weights: ReadonlyMap<string, number>, encoding: Encoding): number {
  const named = weights.get(encoding) ?? weights.get("*");
  if (named !== undefined) return named;
  // Nobody has to ask for the plain body; it comes after whatever was asked for.
  return encoding === "identity" ? 0.0001 : 0;
}

function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((item) => {
    const given = item.trim();
    return given === "*" || given === etag || given === `W/${etag}`;
  });
}
