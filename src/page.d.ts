// What scripts/build.ts puts into the bundle: the page, compressed, and the version of package.json.

declare module "secure-room:page" {
  export const version: string;
  export const files: readonly {
    /** The path it is served at: `/`, `/main.3F9A….js` */
    readonly path: string;
    readonly type: string;
    /** True when the path names the content, so that a browser may keep it forever. */
    readonly immutable: boolean;
    /** All three in base64; brotli and gzip only where they are smaller. */
    readonly body: string;
    readonly brotli?: string;
    readonly gzip?: string;
  }[];
}
