import {
  type DecisionCard,
  factsOf,
  type SuggestionItem,
  type TrackRecord,
} from "@/server/contracts";
import { insertsOf, isReversible, riskOf, storageOf, writeLockOf } from "./costs";
import { gainsOf } from "./gain";
import { gradeEvidence } from "./grade";
import { describeCard } from "./lines";
import { queriesOf } from "./queries";
import {
  type Card,
  type CardSource,
  decidedItems,
  type MeasuredChoice,
  measuredChoice,
} from "./source";
import { titleOfSuggestion } from "./title";

/** Asked of the workload's time where the suggestion does not say what is (APPROVAL_COVERAGE_MIN). */
const COVERAGE_REQUIRED = 0.8;

/**
 * What a reviewer decides by, of the chosen changes: of those that were approved, or all, unless given.
 * null where nothing is suggested. Runs in the browser as well: a page builds it again when a change is
 * unticked.
 */
export function buildDecisionCard(
  source: CardSource,
  trackRecord: TrackRecord | null,
  chosenIds?: readonly string[],
): DecisionCard | null {
  const items =
    chosenIds === undefined
      ? decidedItems(source)
      : source.suggestions.filter(({ item_id }) => chosenIds.includes(item_id));
  if (items.length === 0) return null;
  const choice = measuredChoice(source, items);
  const card: Card = {
    title: titleOfSuggestion({ ...source, suggestions: items }),
    changes: items.map(describeChange),
    is_measured_together: choice !== null,
    gain: gainsOf(source, items, choice),
    queries: queriesOf(choice?.evidence ?? null),
    write_lock: writeLockOf(items, choice),
    storage: storageOf(items, choice),
    inserts: insertsOf(choice),
    is_reversible: isReversible(items),
    risk: riskOf(items),
    evidence: evidenceOf(source, choice, trackRecord),
    expires_at: source.state === "pending" ? source.expires_at : null,
  };
  return { ...card, lines: describeCard(card, items, source) };
}

function describeChange({ item_id, title, change, table, target }: SuggestionItem) {
  const { effect, carriedOutBy } = factsOf(change);
  const named = effect(change)
    .replaceAll("<table>", table)
    .replaceAll("<target>", target === "" ? table : target);
  return { item_id, title, effect: `${named}.`, carried_out_by: carriedOutBy };
}

function evidenceOf(
  { basis, confidence, coverage }: CardSource,
  choice: MeasuredChoice | null,
  trackRecord: TrackRecord | null,
): Card["evidence"] {
  if (basis === "estimate") {
    return { grade: null, reasons: [], track_record: null, likelihood: confidence };
  }
  const graded = choice?.evidence
    ? gradeEvidence(choice.evidence, coverage?.required ?? COVERAGE_REQUIRED)
    : { grade: null, reasons: [] };
  return { ...graded, track_record: trackRecord, likelihood: null };
}
