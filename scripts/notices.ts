// The licences of what a bundle carries: whoever hands the bundle on must hand these texts on with it.
// It knows packages as npm lays them out, and nothing of the program they go into.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package inside a bundle. */
interface Bundled {
  readonly name: string;
  readonly version: string;
  /** Its licence files, one below another. */
  readonly text: string;
}

/** `…/node_modules/ws` of `…/node_modules/ws/lib/sender.js`; of nested packages the innermost. */
const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const licenceFile = /^(?:licen[cs]e|copying|copyright|notice)/i;

/**
 * The notices of every package that `inputs`, absolute paths of source files, belong to. Packages with the same text
 * stand above it together.
 * @throws when a package has no licence text: it must not be handed on like that
 */
export function thirdPartyNotices(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((path) => packageFolder.exec(path.replaceAll("\\", "/")) ?? []));
  const byText = new Map<string, string[]>();
  for (const { name, version, text } of [...folders].map(readPackage).toSorted(byName)) {
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const notices = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  return [
    "secure-room carries the following packages, each under the licence below its name.\n",
    ...notices,
  ].join(`\n${"─".repeat(80)}\n\n`);
}

function readPackage(folder: string): Bundled {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Bundled;
  const texts = readdirSync(folder)
    .filter((name) => licenceFile.test(name))
    .toSorted()
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
  if (texts.length === 0) throw new Error(`${manifest.name} is bundled, but ${folder} has no licence text`);
  return { name: manifest.name, version: manifest.version, text: texts.join("\n\n") };
}

function byName(a: Bundled, b: Bundled): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
