import { seal } from "./crypto/seal.ts";

export const sealed = seal;
