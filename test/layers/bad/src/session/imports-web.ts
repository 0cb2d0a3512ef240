import { h } from "../web/dom.ts";

export const draw = h;
