import { defaultLimits } from "../protocol/relay-limits.ts";

export const allowed = defaultLimits;
