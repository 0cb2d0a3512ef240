// What scripts/build.ts puts into the bundle: the page, compressed, and the version of package.json.

declare module "secure-room:page" {
  export const version: string;
  // An import at the top would make this file a module, which cannot declare one that is no file.
  // oxlint-disable-next-line typescript/consistent-type-imports
  export const files: readonly import("./server/assets.ts").EmbeddedFile[];
}
