import { Timeline } from "../session/timeline.ts";

export const made = Timeline;
