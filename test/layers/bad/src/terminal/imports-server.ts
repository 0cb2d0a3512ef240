import { start } from "../server/server.ts";

export const begin = start;
