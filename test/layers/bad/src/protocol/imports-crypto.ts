import { utf8 } from "../crypto/bytes.ts";

export const spell = utf8;
