import {
  type CardGain,
  type CardLineKey,
  type CardQuery,
  type DecisionCard,
  EFFECTIVE_STATES,
  isAdvice,
  isWhole,
  type SuggestionItem,
  type SuggestionState,
  type TrackRecord,
} from "@/server/contracts";
import {
  formatBounds,
  formatInstant,
  formatList,
  formatMs,
  formatPercent,
  formatPlural,
  formatSignedPercent,
  formatSpeed,
  shortSql,
} from "@/server/format";
import { worksAlone } from "./gain";
import { describeLive } from "./live";
import type { Card, CardSource } from "./source";

type Line = DecisionCard["lines"][number];

/** What the first gain is called: what a decision gives, what was promised, or what was only measured. */
function labelGain({ state, basis }: Pick<CardSource, "state" | "basis">): string {
  if (basis === "estimate") return "Estimated gain";
  if (DECIDING_STATES.includes(state)) return "You get now";
  return EFFECTIVE_STATES.includes(state) ? "Expected gain" : "Measured gain";
}

/** A button is still to be pressed. */
const DECIDING_STATES: readonly SuggestionState[] = ["pending", "approved"];

const LABELS: Record<Exclude<CardLineKey, "gain_now">, string> = {
  gain_after_code_changes: "After code changes",
  live_workload: "On the live workload",
  queries: "Queries",
  most_improved: "Gains most",
  slowest: "Slowest query",
  write_lock: "Write lock",
  storage: "Storage",
  inserts: "Inserts",
  rollback: "Rollback",
  risk: "Risk",
  evidence: "Evidence",
  track_record: "Track record",
  likelihood: "Likelihood",
  expiry: "Expires",
};

/** The card in sentences, in the order in which they matter; what is not known of it is said. */
export function describeCard(
  card: Card,
  items: readonly SuggestionItem[],
  source: Pick<CardSource, "state" | "basis" | "operations">,
): Line[] {
  const { evidence, queries } = card;
  const texts: [CardLineKey, string | null][] = [
    ["gain_now", describeNow(card, items)],
    ["gain_after_code_changes", describeLater(card, items)],
    ["live_workload", describeExecution(source)],
    ["queries", describeQueries(card)],
    ["most_improved", queries?.most_improved ? describeQuery(queries.most_improved) : null],
    ["slowest", queries?.slowest ? describeQuery(queries.slowest) : null],
    ["write_lock", describeLock(card)],
    ["storage", card.storage && describeStorage(card.storage)],
    ["inserts", describeInserts(card)],
    ["rollback", describeRollback(card, items)],
    ["risk", describeRisk(card, items)],
    ["evidence", describeGrade(evidence)],
    ["track_record", evidence.track_record && describeTrackRecord(evidence.track_record)],
    ["likelihood", describeLikelihood(evidence.likelihood)],
    ["expiry", card.expires_at && `${formatInstant(card.expires_at)}, if nobody decides.`],
  ];
  const labelOf = (key: CardLineKey) => (key === "gain_now" ? labelGain(source) : LABELS[key]);
  return texts.flatMap(([key, text]) =>
    text === null ? [] : [{ key, label: labelOf(key), text }],
  );
}

/** How the latest execution stands; null where nothing is known of one. */
function describeExecution({ operations = [] }: Pick<CardSource, "operations">): string | null {
  const execution = operations.find(({ kind }) => kind === "execute");
  return execution?.verification ? describeLive(execution.verification) : null;
}

function describeNow(
  { gain, is_measured_together, evidence }: Card,
  items: readonly SuggestionItem[],
): string {
  if (gain.now !== null) return describeGain(gain.now);
  if (items.every(({ change }) => isAdvice(change))) {
    return "Nothing: the sidecar runs none of it. The product's developers change the queries.";
  }
  if (!items.some(worksAlone)) {
    return "Nothing yet: a summary table helps once the developers' queries read it.";
  }
  if (evidence.likelihood !== null) {
    return `Not measured. Estimates of ${formatPlural(items.length, "change")} do not add up.`;
  }
  return is_measured_together
    ? "Not measured without the code changes."
    : "Not measured together: gains of single changes do not add up.";
}

/** null where no query has to change. */
function describeLater({ gain, evidence }: Card, items: readonly SuggestionItem[]): string | null {
  if (gain.after_code_changes !== null) return describeGain(gain.after_code_changes);
  if (items.every(worksAlone)) return null;
  return evidence.likelihood === null ? "Not measured together." : "Not measured.";
}

/** `42% [38%, 45%] less time in the whole workload (measured).` */
function describeGain({ value, interval, of, coverage, basis, outcome }: CardGain): string {
  const where = of === "targeted_queries" ? "in its queries" : describeScope(coverage);
  if (interval === null)
    return `About ${formatPercent(value)} less time ${where} (estimate, not measured).`;
  if (outcome === "inconclusive") {
    return `No clear difference ${where}: ${formatPercent(value)} ${formatBounds(interval)} (${basis}).`;
  }
  const [size, bounds, direction] =
    value >= 0
      ? [value, interval, "less"]
      : [-value, { low: -interval.high, high: -interval.low }, "more"];
  return `${formatPercent(size)} ${formatBounds(bounds)} ${direction} time ${where} (${basis}).`;
}

function describeScope(coverage: number | null): string {
  return isWhole(coverage ?? 1)
    ? "in the whole workload"
    : `in the ${formatPercent(coverage ?? 1)} of the workload that was replayed`;
}

function describeQueries({ queries, is_measured_together, evidence }: Card): string {
  if (queries !== null) return describeCounts(queries);
  if (evidence.likelihood !== null) return "None was replayed.";
  return is_measured_together
    ? "Of this combination only the totals were kept."
    : "Not measured together.";
}

/** `2 improved, 6 inconclusive, 0 regressed` */
export function describeCounts(
  counts: Pick<NonNullable<DecisionCard["queries"]>, "improved" | "inconclusive" | "regressed">,
): string {
  return `${counts.improved} improved, ${counts.inconclusive} inconclusive, ${counts.regressed} regressed`;
}

function describeQuery({ sql, before_ms, after_ms, gain, outcome }: CardQuery): string {
  const what =
    outcome === "inconclusive"
      ? `no clear difference ${formatBounds(gain)}`
      : `${formatMs(before_ms)} → ${formatMs(after_ms)}, ${formatSpeed(gain, before_ms, after_ms)}`;
  const times = outcome === "inconclusive" ? `${formatMs(before_ms)}, ${what}` : what;
  return `${times}: ${shortSql(sql)}`;
}

function describeLock({ write_lock: lock }: Card): string {
  const tables = formatList(lock.tables);
  const length =
    lock.duration_ms === null
      ? "for a time that was not measured"
      : `for about ${formatMs(lock.duration_ms)}`;
  const how =
    lock.duration_ms === null
      ? ""
      : lock.basis === "measured"
        ? " (as on the shadow copy)"
        : " (scaled up from the sample)";
  switch (lock.kind) {
    case "none":
      return "None: others can write meanwhile.";
    case "brief":
      return `Only while the transaction on ${tables} ends.`;
    case "untested":
      return `The build on ${tables} takes ${length.replace(/^for /, "")}${how}; writes during it were not tested.`;
    case "held":
      return `Writes to ${tables} by others fail ${length}${how}.`;
  }
}

function describeStorage({ share, basis }: NonNullable<Card["storage"]>): string {
  return `${formatSignedPercent(share)} (${basis}).`;
}

function describeInserts({ inserts, is_measured_together, evidence }: Card): string {
  if (inserts === null) {
    const isTogether = is_measured_together || evidence.likelihood !== null;
    return isTogether ? "Not measured." : "Not measured together.";
  }
  const { share, interval, outcome } = inserts;
  if (interval === null) return `${formatSignedPercent(share)} time (without an interval).`;
  const bounds = `[${formatSignedPercent(interval.low)}, ${formatSignedPercent(interval.high)}]`;
  return outcome === "inconclusive"
    ? `No clear difference ${bounds}.`
    : `${formatSignedPercent(share)} ${bounds} time.`;
}

function describeRollback({ is_reversible }: Card, items: readonly SuggestionItem[]): string {
  if (!is_reversible) return "Not possible for all changes.";
  const [first, ...rest] = items.filter(({ execution_sql }) => execution_sql !== "");
  if (first === undefined) return "Nothing to roll back here.";
  return rest.length === 0
    ? first.risk.reversibility
    : "Possible: the rollback SQL of all changes is prepared before they run.";
}

function describeRisk({ risk }: Card, items: readonly SuggestionItem[]): string {
  const gravest = items.find((item) => item.risk.level === risk);
  const level = `${risk.charAt(0).toUpperCase()}${risk.slice(1)}`;
  return gravest === undefined ? level : `${level}. ${gravest.risk.blast_radius}`;
}

function describeGrade({ grade, reasons, likelihood }: Card["evidence"]): string {
  if (likelihood !== null) return "Nothing was measured.";
  if (grade === null) return "No grade: these changes were not measured query by query.";
  const name = `${grade.charAt(0).toUpperCase()}${grade.slice(1)}`;
  const deciding = reasons.filter((reason) => reason.grade === grade).map(({ text }) => text);
  return `${name}. ${(grade === "strong" ? reasons.map(({ text }) => text) : deciding).join(" ")}`;
}

/** `3 of 4 executions delivered what was promised.` */
function describeTrackRecord({ delivered, of }: TrackRecord): string {
  if (of === 0) return "No execution has been verified here yet.";
  return `${delivered} of ${formatPlural(of, "execution")} delivered what was promised.`;
}

function describeLikelihood(likelihood: number | null): string | null {
  return likelihood === null
    ? null
    : `${formatPercent(likelihood)} that it pays; nothing was measured.`;
}
