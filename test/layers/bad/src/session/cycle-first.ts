import { second } from "./cycle-second.ts";

export const first = (): unknown => second;
