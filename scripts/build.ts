// Builds dist/secure-room.cjs: the whole program in one file, the page inside it, no runtime dependencies; and beside
// it the licences of what it carries.
// The page: public/index.html, and what it names (src/web/main.ts, style.css, icons …) under hashed names.

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build, transform, type Metafile } from "esbuild";
import type { EmbeddedFile } from "../src/server/assets.ts";
import { words } from "../src/crypto/words.ts";
import { frontCoded } from "./front-coding.ts";
import { gzipSmall } from "./gzip.ts";
import { thirdPartyNotices } from "./notices.ts";

interface Page {
  readonly files: readonly EmbeddedFile[];
  /** Absolute paths of what its script was made of. */
  readonly inputs: readonly string[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Above it the build fails: README promises less than 80 KB, and a guest on a phone waits for all of it. */
const maxPageGzipBytes = 80_000;
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const page = await buildPage();
const inputs = await buildProgram(page.files);
writeFileSync(
  join(root, "dist/THIRD-PARTY-NOTICES.txt"),
  thirdPartyNotices([...new Set([...page.inputs, ...inputs])]),
);
weigh(page.files);

async function buildPage(): Promise<Page> {
  const script = await build({
    entryPoints: [join(root, "src/web/main.ts")],
    outdir: "page",
    bundle: true,
    minify: true,
    format: "esm",
    // The languages: each is loaded by who reads it, under a name that says what is in it.
    splitting: true,
    chunkNames: "[name].[hash]",
    target: ["chrome120", "firefox128", "safari17"],
    // All of them know these in a literal; by what esbuild takes them for, each would be built from a longer text.
    supported: { "regexp-unicode-property-escapes": true },
    charset: "utf8",
    legalComments: "none",
    absWorkingDir: root,
    metafile: true,
    write: false,
    plugins: [frontCoded(/crypto[/\\]words\.ts$/, words)],
  });
  const made = new Map<string, Buffer>();
  const served: EmbeddedFile[] = [];
  for (const { path, contents } of script.outputFiles) {
    if (basename(path) === "main.js") made.set("main.js", Buffer.from(contents));
    else served.push(await embed(`/${basename(path)}`, Buffer.from(contents), true));
  }
  for (const name of readdirSync(join(root, "public"))) {
    if (name === "index.html") continue;
    const source = readFileSync(join(root, "public", name));
    made.set(name, name.endsWith(".css") ? await minifyStyle(source) : source);
  }
  // A file may name another (the manifest its icons), so the ones that name nothing are hashed first.
  const hashed = new Map<string, string>();
  const order = [...made].toSorted(
    ([a], [b]) => Number(a.endsWith(".webmanifest")) - Number(b.endsWith(".webmanifest")),
  );
  for (const [name, content] of order) {
    const body = nameHashed(content, name, hashed);
    const extension = extname(name);
    const digest = createHash("sha256").update(body).digest("hex").slice(0, 12);
    const path = `/${name.slice(0, -extension.length)}.${digest}${extension}`;
    hashed.set(name, path);
    served.push(await embed(path, body, true));
  }
  const index = nameHashed(readFileSync(join(root, "public/index.html")), "index.html", hashed);
  // Invitations lead to /join, so that a link which has lost what stands behind its # can be told from the plain address.
  const files = [
    await embed("/", index, false),
    await embed("/join", index, false),
    await embed("/worker.js", await buildWorker(served, index), false),
    ...served,
  ];
  return { files, inputs: inputsOf(script.metafile) };
}

/** The service worker, with the files that it holds; another name for other files has browsers let go of the old ones. */
async function buildWorker(shell: readonly EmbeddedFile[], index: Buffer): Promise<Buffer> {
  const paths = shell.map(({ path }) => path);
  const name = createHash("sha256").update(paths.join()).update(index).digest("hex").slice(0, 12);
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/web/worker.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    define: { shellPaths: JSON.stringify(paths), shellName: JSON.stringify(name) },
    write: false,
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

function inputsOf({ inputs }: Metafile): string[] {
  return Object.keys(inputs).map((path) => resolve(root, path));
}

async function minifyStyle(source: Buffer): Promise<Buffer> {
  const { code } = await transform(source.toString(), { loader: "css", minify: true, charset: "utf8" });
  return Buffer.from(code);
}

/** Replaces `"/name"` by the hashed path of `name` in files that are text. */
function nameHashed(content: Buffer, name: string, hashed: ReadonlyMap<string, string>): Buffer {
  if (!/\.(html|webmanifest)$/.test(name)) return content;
  const text = content.toString().replace(/"\/([\w.-]+\.\w+)"/g, (_, file: string) => {
    const path = hashed.get(file);
    if (path === undefined) throw new Error(`public/${name} names /${file}, which is not there`);
    return `"${path}"`;
  });
  return Buffer.from(text);
}

async function embed(path: string, body: Buffer, immutable: boolean): Promise<EmbeddedFile> {
  const type = types[extname(path) || ".html"];
  if (type === undefined) throw new Error(`no media type for ${path}: add it to scripts/build.ts`);
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gzip = await gzipSmall(body);
  return {
    path,
    type,
    immutable,
    body: body.toString("base64"),
    ...(brotli.length < body.length ? { brotli: brotli.toString("base64") } : {}),
    ...(gzip.length < body.length ? { gzip: gzip.toString("base64") } : {}),
  };
}

/** @returns absolute paths of what the program was made of, beside the page */
async function buildProgram(page: readonly EmbeddedFile[]): Promise<string[]> {
  const bundle = join(root, "dist/secure-room.cjs");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  mkdirSync(join(root, "dist"), { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(root, "src/cli.ts")],
    outfile: bundle,
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    charset: "utf8",
    legalComments: "none",
    absWorkingDir: root,
    metafile: true,
    banner: { js: "#!/usr/bin/env node" },
    plugins: [
      {
        name: "page",
        setup(build) {
          build.onResolve({ filter: /^secure-room:page$/ }, ({ path }) => ({ path, namespace: "page" }));
          build.onLoad({ filter: /.*/, namespace: "page" }, () => ({
            contents: JSON.stringify({ version, files: page }),
            loader: "json",
          }));
        },
      },
    ],
  });
  chmodSync(bundle, 0o755);
  return inputsOf(metafile);
}

/** Says what a guest downloads, and fails when that is too much. */
function weigh(page: readonly EmbeddedFile[]): void {
  // The same content under two paths is fetched under one of them; what only an installed app has, by nobody else; and
  // what makes QR codes, by who shares a room.
  const fetched = new Map(page.filter(isFetched).map((file) => [file.body, file]));
  const sizes = Array.from(fetched.values(), ({ path, gzip, body }) => ({
    path,
    bytes: Buffer.from(gzip ?? body, "base64").length,
  }));
  // Everybody reads one language: the largest counts.
  const isLanguage = ({ path }: { readonly path: string }) => /^\/(en|de)\./.test(path);
  const [largest] = sizes.filter(isLanguage).toSorted((a, b) => b.bytes - a.bytes);
  const counted = sizes.filter((each) => !isLanguage(each) || each === largest);
  const gzipped = counted.reduce((sum, { bytes }) => sum + bytes, 0);
  const spelt = `page: ${counted.length} files, ${(gzipped / 1000).toFixed(1)} KB gzipped`;
  if (gzipped > maxPageGzipBytes) throw new Error(`${spelt}, above ${maxPageGzipBytes / 1000} KB`);
  console.log(spelt);
}

function isFetched({ path }: EmbeddedFile): boolean {
  return !/^\/worker\.js$|^\/qr-encode\.|\.png$|\.webmanifest$/.test(path);
}
