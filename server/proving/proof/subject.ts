import type { Change } from "@/server/contracts";

/** A built shadow with changes applied. */
export interface Subject {
  file: string;
  changes: Change[];
  buildMs: number;
  bytes: number;
  targeted: ReadonlySet<string>;
}
