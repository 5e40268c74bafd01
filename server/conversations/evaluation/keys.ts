import type { AnswerEvidence, KeySample } from "@/server/contracts";
import { formatCount, formatInterval, formatPercent } from "@/server/format";
import type { TypeFacts } from "./known-here";

export interface Share {
  value: number;
  low: number;
  high: number;
  /** Values compared. */
  of: number;
  /** Of samples: the interval is one of 95%. Otherwise it was counted. */
  isSample: boolean;
}

/** Compared as numbers, first byte first: the order in which samples were cut. */
const orderOf = (hash: string): string => Buffer.from(hash, "base64url").toString("hex");

/**
 * Share of the values of `a` that are values of `b` too. Both samples hold the smallest hashes of one
 * function, so that below the smaller of their ends both are complete there, and values that are in one
 * alone are really missing in the other. null: nothing can be compared.
 */
export function sharedShare(a: KeySample, b: KeySample): Share | null {
  const [left, right] = [a.hashes.map(orderOf), b.hashes.map(orderOf)];
  const ends = [
    ...(a.is_sample ? [largest(left)] : []),
    ...(b.is_sample ? [largest(right)] : []),
  ].sort();
  const [end] = ends;
  const isWithin = (hash: string) => end === undefined || hash <= end;
  const among = new Set(right.filter(isWithin));
  const compared = left.filter(isWithin);
  if (compared.length === 0) return null;
  const shared = compared.filter((hash) => among.has(hash)).length;
  const isSample = end !== undefined;
  const value = shared / compared.length;
  const bounds = isSample ? wilson(shared, compared.length) : { low: value, high: value };
  return { value, ...bounds, of: compared.length, isSample };
}

const largest = (hashes: readonly string[]): string => [...hashes].sort().at(-1) ?? "";

/** Two-sided 95% quantile of the normal distribution. */
const Z = 1.959964;

/** 95% score interval of a share (Wilson 1927): holds for small samples and shares near 0 and 1. */
export function wilson(count: number, of: number): { low: number; high: number } {
  const share = count / of;
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** What a join of two keys would find, as sentences and figures. */
export async function compareKeys(
  types: Pick<TypeFacts, "compare">,
  sides: { left: KeySample; right: KeySample; leftName: string; rightName: string },
): Promise<{ reasons: string[]; evidence: AnswerEvidence }> {
  const { left, right, leftName, rightName } = sides;
  const conversion = await types.compare(left.type, right.type);
  const [ofLeft, ofRight] = [sharedShare(left, right), sharedShare(right, left)];
  const typeText =
    conversion === "same"
      ? `Both keys are ${right.type}.`
      : `${leftName} is ${left.type}, ${rightName} is ${right.type}: ${conversion === "unrelated" || conversion === null ? "the types have nothing in common" : "a join converts one of them"}.`;
  const reasons = [
    typeText,
    describeKey(leftName, left),
    describeKey(rightName, right),
    describeShare(leftName, rightName, ofLeft),
    describeShare(rightName, leftName, ofRight),
  ];
  return {
    reasons,
    evidence: {
      rows: right.rows,
      is_measured: true,
      join: {
        types: { left: left.type, right: right.type, conversion },
        left: figuresOf(left, ofLeft),
        right: figuresOf(right, ofRight),
      },
    },
  };
}

const isUnique = ({ rows, distinct, nulls }: KeySample): boolean => distinct === rows - nulls;

function describeKey(name: string, key: KeySample): string {
  const { rows, distinct, nulls } = key;
  const unique = isUnique(key) ? "unique" : `${formatCount(distinct)} different values`;
  const missing = nulls === 0 ? "none missing" : `${formatCount(nulls)} missing`;
  return `${name}: ${formatCount(rows)} rows, ${unique}, ${missing}.`;
}

function describeShare(of: string, among: string, share: Share | null): string {
  if (share === null) return `No value of ${of} could be looked for among those of ${among}.`;
  const { value, isSample } = share;
  const text = isSample
    ? `${formatInterval(share)}, by a sample of ${formatCount(share.of)} values`
    : `${formatPercent(value)}, all values counted`;
  return `Values of ${of} found among those of ${among}: ${text}.`;
}

function figuresOf({ hashes: _hashes, ...key }: KeySample, share: Share | null) {
  const found =
    share === null
      ? null
      : { value: share.value, low: share.low, high: share.high, values_compared: share.of };
  return { ...key, is_unique: isUnique({ ...key, hashes: [] }), found };
}
