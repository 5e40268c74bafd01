import { z } from "zod";
import {
  answerSchema,
  choicesAt,
  counted,
  joinWords,
  magnitude,
  sanitizePromptText,
  type Task,
} from "./task";

const OPINIONS = ["accept", "reject", "counter"] as const;
export const REASONS = [
  ...(["fits", "sensitive_data", "unclear_purpose", "breaks_consumers"] as const),
  ...(["unknown_target", "already_exists", "type_mismatch", "required_without_default"] as const),
  ...(["duplicate_column", "lossy_type", "purpose_mismatch"] as const),
] as const;

/**
 * The receiver's policy: of the reasons that apply, the first stands. Those that follow from structure
 * alone are known to the rules; the others need words to be understood.
 */
const PRECEDENCE: readonly { reason: (typeof REASONS)[number]; isStructural: boolean }[] = [
  { reason: "unknown_target", isStructural: true },
  { reason: "already_exists", isStructural: true },
  { reason: "breaks_consumers", isStructural: true },
  { reason: "sensitive_data", isStructural: false },
  { reason: "unclear_purpose", isStructural: false },
  { reason: "purpose_mismatch", isStructural: false },
  { reason: "duplicate_column", isStructural: false },
  { reason: "lossy_type", isStructural: true },
  { reason: "type_mismatch", isStructural: false },
  { reason: "required_without_default", isStructural: true },
  { reason: "fits", isStructural: false },
];

const Text = z.string().max(500);

/** A proposal of another data product's agent, and what the receiver knows of its own schema. */
export const OpinionInput = z.object({
  proposal: z.object({
    operation: z.enum(["add_column", "drop_column", "change_type", "rename_column", "add_table"]),
    table: Text,
    column: Text,
    type: Text,
    is_required: z.boolean(),
    has_default: z.boolean(),
    description: Text,
    purpose: Text,
    sender_domain: Text,
  }),
  facts: z.object({
    table_exists: z.boolean(),
    column_exists: z.boolean(),
    /** Type of the column as it is; null: there is none. */
    existing_type: z.string().nullable(),
    rows: z.number().nonnegative(),
    /** Other products that read the table. */
    consumers: z.number().int().nonnegative(),
    /** Views, constraints and queries that name the column. */
    dependents: z.number().int().nonnegative(),
    /** Columns of the table whose names share a word with the proposal, at most four. */
    similar: z.array(z.string()).max(4),
  }),
});
export type OpinionInput = z.infer<typeof OpinionInput>;

const Answer = z.strictObject({ opinion: z.enum(OPINIONS), reason: z.enum(REASONS) });
type Answer = z.infer<typeof Answer>;

interface OpinionResult extends Answer {
  /** Probability of the opinion, and of opinion and reason together, 0..1. */
  confidence: number;
  reasonConfidence: number;
}

/** Types of which the second holds less than the first. */
const NARROWER: readonly (readonly [RegExp, RegExp])[] = [
  [/^(VARCHAR|TEXT)/i, /^(?!VARCHAR|TEXT)/i],
  [/^BIGINT/i, /^(INTEGER|SMALLINT|TINYINT|BOOLEAN)/i],
  [/^INTEGER/i, /^(SMALLINT|TINYINT|BOOLEAN)/i],
  [/^(DOUBLE|DECIMAL)/i, /^(BIGINT|INTEGER|SMALLINT|TINYINT|BOOLEAN)/i],
  [/^TIMESTAMP/i, /^DATE$/i],
];

/** True where values of `from` may be lost in `to`. */
export function isLossy(from: string, to: string): boolean {
  return NARROWER.some(([wide, narrow]) => wide.test(from) && narrow.test(to));
}

/** First opinion on a cooperation proposal, for the policy to weigh. */
export const opinion: Task<typeof OpinionInput, OpinionResult> = {
  name: "opinion",
  input: OpinionInput,
  instruction:
    "Another data product proposes a change to our schema. Accept, reject or counter it, with one reason. Mind what the column means: money as text or float is a type_mismatch, personal data without a legal ground is sensitive_data, a purpose that says nothing is unclear_purpose, one that contradicts the column is purpose_mismatch, a column we have under another name is a duplicate_column.",
  schema: answerSchema({ opinion: { enum: OPINIONS }, reason: { enum: REASONS } }),
  prompt({ proposal, facts }) {
    return joinWords([
      "opinion",
      proposal.operation,
      sanitizePromptText(proposal.table, 40),
      sanitizePromptText(proposal.column, 40),
      sanitizePromptText(proposal.type, 20).toLowerCase(),
      proposal.is_required ? "required" : "",
      proposal.has_default ? "default" : "",
      `about ${sanitizePromptText(proposal.description, 100)}`,
      `for ${sanitizePromptText(proposal.purpose, 100)}`,
      `from ${sanitizePromptText(proposal.sender_domain, 30)}`,
      facts.table_exists ? "known" : "unknown",
      facts.column_exists
        ? `has ${sanitizePromptText(facts.existing_type ?? "", 20).toLowerCase()}`
        : "",
      counted("rows", magnitude(facts.rows)),
      counted("consumers", Math.min(facts.consumers, 9)),
      counted("dependents", Math.min(facts.dependents, 9)),
      facts.similar.length > 0
        ? `beside ${facts.similar.map((one) => sanitizePromptText(one, 40)).join(" ")}`
        : "",
    ]);
  },
  ruleFallback: (input) => JSON.stringify(structuralOpinion(input)),
  /** The reason that comes first stands; a structural one of the model is one that the rules deny. */
  reconcile(answer, ruleAnswer) {
    const rankOf = (json: string): number => {
      const { reason } = Answer.parse(JSON.parse(json));
      return PRECEDENCE.findIndex((one) => one.reason === reason);
    };
    const [rank, ruleRank] = [rankOf(answer), rankOf(ruleAnswer)];
    const isDenied = PRECEDENCE[rank]?.isStructural === true;
    return isDenied || rank >= ruleRank ? ruleAnswer : answer;
  },
  read(answer, probabilities) {
    const found = Answer.parse(JSON.parse(answer));
    const confidence = choicesAt(probabilities, 0, found.opinion)[found.opinion] ?? 0;
    // Given beside the opinion: both have to be right.
    const reason = choicesAt(probabilities, 1, found.reason)[found.reason] ?? 0;
    return { ...found, confidence, reasonConfidence: confidence * reason };
  },
};

/**
 * What follows from structure alone: existence, types, rows and readers. Words are not understood.
 * The first that applies.
 */
function structuralOpinion({ proposal, facts }: OpinionInput): Answer {
  const { operation } = proposal;
  const isAddition = operation === "add_column" || operation === "add_table";
  if (operation !== "add_table" && !facts.table_exists) {
    return { opinion: "reject", reason: "unknown_target" };
  }
  if (!isAddition && !facts.column_exists) return { opinion: "reject", reason: "unknown_target" };
  if (operation === "add_column" && facts.column_exists) {
    return { opinion: "reject", reason: "already_exists" };
  }
  if (operation === "add_table" && facts.table_exists) {
    return { opinion: "reject", reason: "already_exists" };
  }
  const isRead = facts.dependents > 0 || facts.consumers > 1;
  if ((operation === "drop_column" || operation === "rename_column") && isRead) {
    return { opinion: "reject", reason: "breaks_consumers" };
  }
  if (operation === "change_type" && isLossy(facts.existing_type ?? "", proposal.type)) {
    return { opinion: "counter", reason: "lossy_type" };
  }
  const isUnfillable = proposal.is_required && !proposal.has_default && facts.rows > 0;
  if (operation === "add_column" && isUnfillable) {
    return { opinion: "counter", reason: "required_without_default" };
  }
  return { opinion: "accept", reason: "fits" };
}
