import { deriveRoomKeys } from "../crypto/keys.ts";

export const held = deriveRoomKeys;
