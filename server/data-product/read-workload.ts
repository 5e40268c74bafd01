import { z } from "zod";
import {
  describeProductFault,
  type ProductPlace,
  ReportedPattern,
  Workload,
  type WorkloadPattern,
} from "@/server/contracts";
import { checkProductId, UNSTORABLE, unstorableText } from "./check-answers";
import type { ProductWorkload } from "./port";
import { fieldOf, firstFault, productError, wrongField } from "./product-error";

/** Instants may differ by this much between two clocks. */
const CLOCK_MS_MAX = 5 * 60_000;
/** Counting may begin at a boundary before the instant that was asked. */
const SINCE_MS_MAX = 60_000;
/** A row's last call and the end of the window are taken at two moments. */
const UNTIL_MS_MAX = 60_000;

const Envelope = Workload.extend({ patterns: z.array(z.unknown()) });
const Counted = ReportedPattern.pick({ calls: true });

interface WorkloadAsked {
  productId: string;
  since: Date;
  now: Date;
}

/**
 * A workload whose rows were read one by one: those that break the contract are left out, counted, and
 * told in `left_out`. Throws what is wrong with the answer as a whole.
 */
export function readWorkload(
  place: ProductPlace,
  answer: unknown,
  asked: WorkloadAsked,
): ProductWorkload {
  const parsed = Envelope.safeParse(answer);
  if (!parsed.success) throw wrongField(place, parsed.error);
  const { patterns: rows, ...envelope } = parsed.data;
  checkProductId(place, envelope.product_id, asked.productId);
  checkWindow(place, envelope, asked);
  return { ...envelope, ...readRows(place, rows, Date.parse(envelope.until)) };
}

/** `until`: the end of the window, ms of the epoch. */
function readRows(
  place: ProductPlace,
  rows: readonly unknown[],
  until: number,
): Pick<ProductWorkload, "patterns" | "left_out"> {
  const seen = new Set<string>();
  const faults: { path: PropertyKey[]; message: string }[] = [];
  let calls = 0;
  const patterns = rows.flatMap((row, index) => {
    const read = ReportedPattern.safeParse(row);
    const fault = read.success
      ? contradiction(read.data, { seen, until })
      : firstFault(read.error.issues);
    if (fault === undefined && read.success) {
      seen.add(read.data.fingerprint);
      return [read.data];
    }
    const { path, message } = fault ?? firstFault([]);
    faults.push({ path: ["patterns", index, ...path], message });
    calls += Counted.safeParse(row).data?.calls ?? 0;
    return [];
  });
  const [first] = faults;
  if (first === undefined) return { patterns };
  const what = `${faults.length} of ${rows.length} rows are left out; the first: ${first.message}`;
  const fault = { code: "rows_left_out", field: fieldOf(first.path), what } as const;
  return { patterns, left_out: { fault: describeProductFault(place, fault), calls } };
}

function checkWindow(
  place: ProductPlace,
  { since, until }: Pick<Workload, "since" | "until">,
  asked: WorkloadAsked,
): void {
  const aheadMs = Date.parse(until) - asked.now.getTime();
  if (Math.abs(aheadMs) > CLOCK_MS_MAX) {
    const minutes = Math.round(Math.abs(aheadMs) / 60_000);
    const direction = aheadMs > 0 ? "ahead of" : "behind";
    throw productError(place, "wrong_clock", {
      field: "until",
      what: `it is ${minutes} minutes ${direction} the sidecar's clock`,
    });
  }
  if (Date.parse(since) < asked.since.getTime() - SINCE_MS_MAX) {
    throw productError(place, "wrong_field", {
      field: "since",
      what: "calls before the requested instant are counted: each would be counted with every look",
    });
  }
}

/** What is wrong with a row whose fields are each right. */
function contradiction(
  row: WorkloadPattern,
  { seen, until }: { seen: ReadonlySet<string>; until: number },
): { path: PropertyKey[]; message: string } | undefined {
  const first = Date.parse(row.first_seen);
  const last = Date.parse(row.last_seen);
  if (seen.has(row.fingerprint)) {
    return { path: ["fingerprint"], message: "an earlier row has the same fingerprint" };
  }
  if (last > until + UNTIL_MS_MAX) return { path: ["last_seen"], message: "it is in the future" };
  if (first > last) return { path: ["first_seen"], message: "it is after last_seen" };
  if (row.median_ms > row.p95_ms) return { path: ["p95_ms"], message: "it is below median_ms" };
  const text = unstorableText(row);
  return text === null ? undefined : { path: text, message: UNSTORABLE };
}
