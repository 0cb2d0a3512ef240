import { defaultLimits } from "../protocol/limits.ts";

export const allowed = defaultLimits;
