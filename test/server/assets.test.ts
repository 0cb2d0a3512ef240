import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createAssets, decodePage } from "../../src/server/assets.ts";

const text = (content: string) => Buffer.from(content).toString("base64");
const index = {
  path: "/",
  type: "text/html",
  immutable: false,
  body: text("plain"),
  brotli: text("br"),
  gzip: text("gz"),
};
const icon = { path: "/icon.1.png", type: "image/png", immutable: true, body: text("icon") };
const assets = createAssets(decodePage([index, icon]));

function encodingOf(accepted: string | undefined): string {
  const answer = assets.answer("/", accepted === undefined ? {} : { "accept-encoding": accepted });
  return String(answer?.headers["Content-Encoding"] ?? "identity");
}

const choices: readonly (readonly [string | undefined, string])[] = [
  [undefined, "identity"],
  ["", "identity"],
  ["gzip, deflate, br", "br"],
  ["gzip", "gzip"],
  ["GZIP", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["br;q=0.5, gzip;q=0.8", "gzip"],
  ["*", "br"],
  ["*;q=0, identity", "identity"],
  ["br;q=0, gzip;q=0", "identity"],
  ["br;q=nonsense", "identity"],
  ["deflate", "identity"],
  ["identity;q=0, *;q=0", "identity"],
];
for (const [accepted, encoding] of choices) {
  test(`Accept-Encoding ${JSON.stringify(accepted)} is answered with ${encoding}`, () => {
    assert.equal(encodingOf(accepted), encoding);
  });
}

test("each encoding has an ETag of its own, and names its length", () => {
  const tags = ["br", "gzip", "identity"].map((accepted) => {
    const answer = assets.answer("/", { "accept-encoding": accepted });
    assert.equal(answer?.headers["Content-Length"], answer?.body?.length);
    return answer?.headers["ETag"];
  });
  assert.equal(new Set(tags).size, 3);
});

test("a browser that has the file already is answered 304 without a body", () => {
  const etag = String(assets.answer("/", {})?.headers["ETag"]);
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const answer = assets.answer("/", { "if-none-match": header });
    assert.deepEqual([answer?.status, answer?.body, answer?.headers["ETag"]], [304, null, etag]);
  }
  assert.equal(assets.answer("/", { "if-none-match": '"other"' })?.status, 200);
});

test("a file whose name is its hash is kept forever, the page itself is asked for again", () => {
  assert.equal(
    assets.answer("/icon.1.png", {})?.headers["Cache-Control"],
    "public, max-age=31536000, immutable",
  );
  assert.equal(assets.answer("/", {})?.headers["Cache-Control"], "no-cache");
});

test("only exact paths are files", () => {
  for (const path of ["", "//", "/icon.1.png/", "/../icon.1.png", "/__proto__", "/%69con.1.png"]) {
    assert.equal(assets.answer(path, {}), null);
  }
});

test("the hashes are of the plain bodies", () => {
  assert.equal(assets.hashes["/"], createHash("sha256").update("plain").digest("hex"));
});
