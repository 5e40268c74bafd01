import type {
  DecisionCard,
  MeasuredEvidence,
  SetTrial,
  Suggestion,
  SuggestionItem,
} from "@/server/contracts";

/** What a card is made of: a suggestion, without the card. */
export type CardSource = Pick<
  Suggestion,
  | "suggestions"
  | "alternatives"
  | "state"
  | "basis"
  | "requested"
  | "set_evidence"
  | "sets"
  | "coverage"
  | "confidence"
  | "expires_at"
> &
  Partial<Pick<Suggestion, "operations">>;

/** The card's figures; its sentences are made of them. */
export type Card = Omit<DecisionCard, "lines">;

/** The changes it is about: what was approved, where something was; else all that are suggested. */
export function decidedItems({ suggestions }: Pick<CardSource, "suggestions">): SuggestionItem[] {
  const approved = suggestions.filter((item) => item.is_approved === true);
  return approved.length > 0 ? approved : suggestions;
}

export const measuredOf = ({ evidence }: SuggestionItem): MeasuredEvidence | null =>
  evidence?.basis === "measured" ? evidence : null;

/** What was measured of exactly these changes, applied together and nothing else. */
export interface MeasuredChoice {
  /** Query by query; null: of this set only the totals were kept. */
  evidence: MeasuredEvidence | null;
  gain: SetTrial["gain"];
  storageShare: number;
  /** Time of an insert, 1 = the same; null: not measured. */
  insertRatio: number | null;
}

/** null: they were never measured together. */
export function measuredChoice(
  { suggestions, set_evidence, sets }: Pick<CardSource, "suggestions" | "set_evidence" | "sets">,
  items: readonly SuggestionItem[],
): MeasuredChoice | null {
  const ids = items.map((item) => item.candidate_id).sort();
  const trial = sets.find(({ candidate_ids }) => [...candidate_ids].sort().join() === ids.join());
  const [first] = items;
  const isAll = items.length === suggestions.length;
  if (isAll && items.length > 1 && set_evidence !== null) return fromEvidence(set_evidence);
  if (first !== undefined && items.length === 1) {
    const evidence = measuredOf(first);
    // Of several, one may have been measured beside the others: only then it has no trial of its own.
    if (evidence !== null && (isAll || trial !== undefined)) return fromEvidence(evidence);
  }
  if (trial === undefined) return null;
  const { gain, storage_overhead, insert_ratio } = trial;
  return { evidence: null, gain, storageShare: storage_overhead, insertRatio: insert_ratio };
}

function fromEvidence(evidence: MeasuredEvidence): MeasuredChoice {
  return {
    evidence,
    gain: evidence.workload.gain,
    storageShare: evidence.storage.overhead,
    insertRatio: evidence.insert_cost?.ratio ?? null,
  };
}
