import { generate } from "selfsigned";

export const make = generate;
