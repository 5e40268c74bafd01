import type { KeyObject } from "node:crypto";
import type { Database } from "@/server/platform";

/** The active pair's private half, opened, and the header of what it signs. */
export interface OpenedKey {
  kid: string;
  privateKey: KeyObject;
  encodedHeader: string;
}

interface Kept {
  key: OpenedKey;
  /** On the clock of `performance.now`: asked again then whether it still is the active one. */
  untilMs: number;
}

/** One a process and database; a rotation in this very process forgets it at once. */
export const openedKeys = new WeakMap<Database, Kept>();
