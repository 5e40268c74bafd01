import { existsSync, readFileSync } from "node:fs";
import { WORKLOADS } from "../workloads";

/**
 * Fresh results with those kept in the file of workloads that did not run again, in the workloads'
 * order. Each carries when it was measured.
 */
export function mergeResults<Result extends { workload: string }>(
  file: string,
  fresh: readonly Result[],
): (Result & { measured_at: string })[] {
  const measured_at = new Date().toISOString();
  const kept: (Result & { measured_at: string })[] = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8")).results
    : [];
  const isFresh = ({ workload }: Result) => fresh.some((one) => one.workload === workload);
  const place = ({ workload }: Result) => WORKLOADS.findIndex(({ name }) => name === workload);
  return [
    ...kept.filter((one) => !isFresh(one)),
    ...fresh.map((one) => ({ ...one, measured_at })),
  ].sort((one, other) => place(one) - place(other));
}
