import { isLossy, type OpinionInput, type REASONS } from "@/server/inference/tasks";

type Reason = (typeof REASONS)[number];
type Opinion = "accept" | "reject" | "counter";

/** What a generated proposal means; the words only express it. */
export interface Intent {
  isPersonal: boolean;
  /** The type can hold what the column means. */
  typeFits: boolean;
  /** What the purpose says: something that suits, a legal ground, nothing, or what suits another. */
  purpose: "suits" | "legal" | "vague" | "contradicts";
  /** The table has a column of the same meaning under another name. */
  isDuplicate: boolean;
}

/**
 * The receiver's policy over meaning and facts, first match wins: what does not exist, what others
 * read, personal data without a legal ground, purposes that say nothing or the wrong thing, meaning
 * that is there already, types that do not hold the meaning, columns that no old row can fill.
 */
export function rightOpinion(
  intent: Intent,
  { proposal, facts }: OpinionInput,
): { opinion: Opinion; reason: Reason } {
  const { operation } = proposal;
  const adds = operation === "add_column" || operation === "add_table";
  const isMissing =
    (operation !== "add_table" && !facts.table_exists) || (!adds && !facts.column_exists);
  if (isMissing) return { opinion: "reject", reason: "unknown_target" };
  const isThere = operation === "add_table" ? facts.table_exists : facts.column_exists;
  if (adds && isThere) return { opinion: "reject", reason: "already_exists" };
  const isRead = facts.dependents > 0 || facts.consumers > 1;
  if ((operation === "drop_column" || operation === "rename_column") && isRead) {
    return { opinion: "reject", reason: "breaks_consumers" };
  }
  if (adds && intent.isPersonal && intent.purpose !== "legal") {
    return { opinion: "reject", reason: "sensitive_data" };
  }
  if (intent.purpose === "vague") return { opinion: "reject", reason: "unclear_purpose" };
  if (intent.purpose === "contradicts") return { opinion: "reject", reason: "purpose_mismatch" };
  if (operation === "add_column" && intent.isDuplicate) {
    return { opinion: "counter", reason: "duplicate_column" };
  }
  if ((operation === "add_column" || operation === "change_type") && !intent.typeFits) {
    const isNarrower =
      operation === "change_type" && isLossy(facts.existing_type ?? "", proposal.type);
    return { opinion: "counter", reason: isNarrower ? "lossy_type" : "type_mismatch" };
  }
  const isUnfillable = proposal.is_required && !proposal.has_default && facts.rows > 0;
  if (operation === "add_column" && isUnfillable) {
    return { opinion: "counter", reason: "required_without_default" };
  }
  return { opinion: "accept", reason: "fits" };
}
