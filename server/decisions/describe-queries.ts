import {
  heaviestFirst,
  textsOf,
  toWorkloadQuery,
  type WorkloadQuery,
  weightsOf,
} from "@/server/advisor";
import {
  type AnalyzeRequest,
  PRODUCT_SCHEMA,
  type TableSchema,
  type WorkloadPattern,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import {
  parameterValues,
  type TextDescription,
  type TextReader,
  textReader,
  unreadText,
  type Views,
} from "@/server/workload";

type SentQueries = NonNullable<AnalyzeRequest["context"]["query_patterns"]>;

/** What queries are read against, and how long that may take. */
interface ReadAgainst {
  tables: TableSchema[];
  views?: Views | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds for all of them; left out: what a request gets. */
  msMax?: number;
}

/**
 * Reads texts away from the event loop. Throws `overloaded` when none was reached in time, `timeout`
 * when the caller left.
 */
export async function readTexts(
  texts: Parameters<TextReader["describe"]>[0],
  context: {
    tables: TableSchema[];
    views?: Views | undefined;
    isShapeOnly?: true;
    /** A table is named without its schema, whichever it is in. */
    isAnySchema?: boolean;
  },
  { signal, msMax }: { signal?: AbortSignal | undefined; msMax?: number | undefined },
): Promise<TextDescription[]> {
  const { tables, views, isShapeOnly, isAnySchema } = context;
  const read = await textReader()
    .describe(
      texts,
      {
        tables,
        ...(isAnySchema ? {} : { schema: PRODUCT_SCHEMA }),
        ...(views ? { views } : {}),
        ...(isShapeOnly ? { isShapeOnly } : {}),
      },
      { ...(signal ? { signal } : {}), ...(msMax === undefined ? {} : { msMax }) },
    )
    .catch((cause: unknown) => {
      if (!signal?.aborted) throw cause;
      throw new AppError("timeout", "The caller left before the queries were read.", { cause });
    });
  if (read !== "too_busy") return read;
  throw new AppError("overloaded", "Other queries are being read. Try again shortly.");
}

/** How many shapes are read for one test. The time for reading may end before. */
interface ShapeLimits {
  /** So many in any case. */
  min: number;
  /** Then as many as take this share of the workload's time together. */
  timeShare: number;
  max: number;
}

const SHAPES: ShapeLimits = { min: 200, timeShare: 0.99, max: 1000 };

/** A workload as far as its texts were read. */
export interface ReadWorkload {
  /** All shapes, in the order in which they were told. */
  queries: WorkloadQuery[];
  /** Those of them that were not read: known are their texts, calls and times alone. */
  leftOut: ReadonlySet<WorkloadQuery>;
}

/** Reads an observed workload, what takes most of its time first. Throws as `readTexts` does. */
export async function describeHeaviest(
  observed: readonly WorkloadPattern[],
  against: ReadAgainst,
  limits = SHAPES,
): Promise<ReadWorkload> {
  const wanted = chooseHeaviest(observed, limits);
  const described = await readTexts(wanted.map(textsOf), against, against);
  const known = new Map(wanted.map((pattern, place) => [pattern, described[place]]));
  return splitWorkload(
    observed.map((pattern) => {
      const description = known.get(pattern) ?? unreadPattern(pattern);
      return { query: toWorkloadQuery(pattern, description), description };
    }),
  );
}

function chooseHeaviest(
  observed: readonly WorkloadPattern[],
  { min, timeShare, max }: ShapeLimits,
): WorkloadPattern[] {
  const counted = observed.map((pattern) => ({ pattern }));
  const weights = weightsOf(counted);
  let share = 0;
  const chosen = heaviestFirst(counted).filter((one, place) => {
    const isWanted = place < min || (place < max && share < timeShare);
    share += weights.get(one) ?? 0;
    return isWanted;
  });
  return chosen.map(({ pattern }) => pattern);
}

const unreadPattern = ({ sql, fingerprint }: WorkloadPattern): TextDescription =>
  unreadText(sql, fingerprint, {
    reason: "too_costly",
    message: "other shapes take more of the workload's time",
  });

/** What was read of queries, and which of them took too much time, or did not have their turn. */
export function splitWorkload(described: readonly SentQuery[]): ReadWorkload {
  const leftOut = described.filter(
    ({ description }) => description.unread?.reason === "too_costly",
  );
  return {
    queries: described.map(({ query }) => query),
    leftOut: new Set(leftOut.map(({ query }) => query)),
  };
}

/** Observed patterns, all of them. */
async function describeObserved(
  observed: readonly WorkloadPattern[],
  against: ReadAgainst,
): Promise<WorkloadQuery[]> {
  const read = await readTexts(observed.map(textsOf), against, against);
  return observed.flatMap((pattern, place) => {
    const description = read[place];
    return description ? [toWorkloadQuery(pattern, description)] : [];
  });
}

/** A query that a request brought, and what was read of its text. */
export interface SentQuery {
  query: WorkloadQuery;
  description: TextDescription;
}

/** Of queries that are too many for the time, those sent most often are read. */
async function readOftenFirst(sent: SentQueries, against: ReadAgainst): Promise<TextDescription[]> {
  const ordered = sent
    .map(({ query, frequency }, place) => ({ text: { sql: query }, frequency, place }))
    .sort((a, b) => b.frequency - a.frequency);
  const texts = ordered.map(({ text }) => text);
  const read = await readTexts(texts, against, against);
  return read
    .map((description, index) => ({ description, place: ordered[index]?.place ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ description }) => description);
}

/** The patterns a request brought: weights theirs, samples of those that were observed as well. */
export async function describeSent(
  sent: SentQueries,
  observed: readonly WorkloadPattern[],
  against: ReadAgainst & { now: Date },
): Promise<SentQuery[]> {
  const read = await readOftenFirst(sent, against);
  const byFingerprint = new Map(observed.map((pattern) => [pattern.fingerprint, pattern]));
  const seen = read.flatMap(({ normalized }) => byFingerprint.get(normalized.fingerprint) ?? []);
  const observedQueries = await describeObserved(seen, against);
  const known = new Map(observedQueries.map((query) => [query.pattern.fingerprint, query]));
  return sent.flatMap(({ query: text, frequency }, place) => {
    const description = read[place];
    if (description === undefined) return [];
    const query =
      known.get(description.normalized.fingerprint) ?? unseenQuery(text, description, against.now);
    const pattern = { ...query.pattern, calls: Math.round(frequency) };
    return [{ query: { ...query, pattern }, description }];
  });
}

/** A query that a request brought and the product has not seen; its own literals are its sample. */
function unseenQuery(text: string, description: TextDescription, now: Date): WorkloadQuery {
  const at = now.toISOString();
  const { fingerprint, sql, kind, isParsed: is_parsed, parameters } = description.normalized;
  const values = parameterValues(parameters, []);
  const sent = values && { parameter_samples: [values], example_sql: text };
  const pattern: WorkloadPattern = {
    ...{ fingerprint, sql, kind, is_parsed, calls: 0 },
    ...{ mean_ms: 0, median_ms: 0, p95_ms: 0, first_seen: at, last_seen: at },
    ...(is_parsed && sent),
  };
  // The pattern's text is the normalized one, whose parameters are its own.
  const own = parameters.map((_, index) => ({ from: "parameter" as const, index: index + 1 }));
  const normalized = { ...description.normalized, parameters: own };
  return toWorkloadQuery(pattern, { ...description, normalized, example: description.normalized });
}

/**
 * Tables that the texts of a request read, as far as they tell. One of another schema has that before a
 * dot; with `isAnySchema` all are named without.
 */
export async function tablesOf(
  sent: SentQueries,
  against: Omit<ReadAgainst, "tables"> & { isAnySchema?: boolean },
): Promise<Set<string>> {
  const { views, isAnySchema = false } = against;
  const read = await readTexts(
    sent.map(({ query }) => ({ sql: query })),
    { tables: [], views, isShapeOnly: true, isAnySchema },
    against,
  );
  return new Set(read.flatMap(({ shape }) => shape.tables));
}
