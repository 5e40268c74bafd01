import type { Domain } from "./domain";
import { financing } from "./financing";
import { reporting } from "./reporting";
import { risk } from "./risk";

/** The teams of the demo's data mesh. */
export const DOMAINS = { financing, risk, reporting } satisfies Record<string, Domain>;
export type DomainName = keyof typeof DOMAINS;
