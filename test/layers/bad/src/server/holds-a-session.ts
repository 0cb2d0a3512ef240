import { createSession } from "../session/session.ts";

export const held = createSession;
