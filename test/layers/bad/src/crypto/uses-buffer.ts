export const spell = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
