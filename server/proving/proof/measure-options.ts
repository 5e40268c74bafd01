import type { Change } from "@/server/contracts";
import type { Session } from "../shadow";
import type { Side } from "./affected";
import type { Left } from "./left-time";
import type { WeighedInserts } from "./measure-inserts";

/** What a subject is compared with: an open shadow and the changes applied to it. */
interface Reference extends Side {
  session: Session;
  file: string;
  /** What it leaves of the queries' unchanged times. */
  left: Left;
}

export interface MeasureOptions {
  title: string;
  /** The unchanged shadow unless another is given. */
  reference?: Reference;
  /** Changes that `reference` lacks, when it is given. */
  judged?: Change[];
  /** Insert costs of `reference`'s changes: those of tables that no judged change touches stay. */
  inserts?: WeighedInserts[];
  /** Share of the reference's time (0..1) that is worth a change. */
  gainMin: number;
  /** Share of a query's time (0..1) that a change may not cost it. */
  lossMin: number;
  /** Time for pairs beyond the minimum. */
  extraMs: number;
  /** AppError `timeout` when the minimum of pairs does not fit; what else is measured ends then. */
  hardUntilMs: number;
  phase: "measure" | "set";
  /** Part of the phase done before, and after. */
  span: [number, number];
}
