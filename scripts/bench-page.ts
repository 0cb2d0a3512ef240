// What a full room costs in real browsers: `npm run bench:page`. It fills a log with as many messages as a screen keeps,
// measures one more, and fails above the budget.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { maxTimelineEntries } from "../src/protocol/limits.ts";
import { browserNames, launch } from "../test/browser/browsers.ts";
import type { Figures } from "./bench-page-client.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Script for one new message in a full room: an eighth of a frame. */
const budgetMs = 2;
const samples = 30;

const script = await build({
  entryPoints: [join(root, "scripts/bench-page-client.ts")],
  bundle: true,
  minify: true,
  format: "esm",
  absWorkingDir: root,
  write: false,
});
const style = `${readFileSync(join(root, "public/style.css"), "utf8")}\n.bench { height: 100vh; }`;
const page = `<!doctype html><style>${style}</style><body></body><script type="module">${script.outputFiles[0]?.text}</script>`;
const server = createServer((_request, response) => {
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  // Without these, browsers blur their clocks.
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  response.end(page);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

for (const name of browserNames) {
  const browser = await launch(name);
  const tab = await browser.newPage();
  await tab.goto(`http://localhost:${port}/`);
  await tab.waitForFunction("typeof measure === 'function'");
  const measure = (count: number, samples: number): Promise<Figures> =>
    (globalThis as unknown as { measure: typeof measure }).measure(count, samples);
  const figures = await tab.evaluate(measure, maxTimelineEntries, samples);
  await browser.close();
  print(name, figures);
  if (figures.messageMs > budgetMs) {
    console.error(`${name}: a new message costs more than ${budgetMs} ms of script`);
    process.exitCode = 1;
  }
  if (figures.items > maxTimelineEntries) {
    console.error(`${name}: ${figures.items} items stay on screen`);
    process.exitCode = 1;
  }
}
server.close();

function print(name: string, figures: Figures): void {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  console.log(
    `${name}: ${maxTimelineEntries} messages filled in ${ms(figures.fillMs)}; one more: script ${ms(figures.messageMs)}` +
      ` (slowest ${ms(figures.slowestMs)}), with layout ${ms(figures.withLayoutMs)};` +
      ` scrolled end to end in ${figures.frames} frames of ${ms(figures.frameMs)};` +
      ` ${figures.items} items and ${figures.nodes} nodes in the end`,
  );
}
