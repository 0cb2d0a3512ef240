// What scripts/build.ts puts into the bundle: the page, compressed, and the version of package.json.

declare module "secure-room:page" {
  export const version: string;
  export const files: readonly import("./server/assets.ts").EmbeddedFile[];
}
