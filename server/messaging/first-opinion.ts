import { and, desc, eq, sql } from "drizzle-orm";
import { observedPatterns } from "@/drizzle/schema";
import type { FirstOpinion, MessageEnvelope, Screening } from "@/server/contracts";
import { foreignTexts } from "@/server/guard";
import {
  adversarial,
  askRules,
  askTask,
  inferenceClientOf,
  isKnownToBeTrusted,
  type OpinionInput,
  opinion,
  screenByRules,
  screenTexts,
} from "@/server/inference";
import { findOwnSchema } from "@/server/knowledge";
import type { ServiceContext } from "@/server/platform";
import { checkProposal, findTarget, Proposal, type ProposalTarget } from "./check-proposal";

/**
 * Of an acceptance by the rules, which see nothing in the structure that speaks against it. They do not
 * read what the proposal says of itself, and nobody has weighed that: as likely right as wrong.
 */
const RULES_ACCEPT_CONFIDENCE = 0.5;

/** What is thought of a message at first sight; `first_opinion` only of a schema proposal. */
export interface Triage {
  first_opinion: FirstOpinion | null;
  screening: Screening;
}

/** Who looks: the rules, which answer at once; or the model as well, where the rules do not decide. */
type Reader = "rules" | "model";

/**
 * Looks at a message: do its words try to steer us, and what is to be thought of its proposal? A suspect
 * proposal is to be rejected, whatever it proposes. Nothing is decided here.
 */
export async function triageMessage({
  ctx,
  input: message,
  reader,
}: {
  ctx: ServiceContext;
  input: MessageEnvelope;
  reader: Reader;
}): Promise<Triage> {
  const texts = foreignTexts(message).map((each) => ({ ...each, place: "message" as const }));
  const screening =
    reader === "rules" ? screenByRules(texts) : await screenTexts({ ctx, input: texts });
  if (message.message_type !== "schema_proposal") return { first_opinion: null, screening };
  const parsed = Proposal.safeParse(message.content);
  if (!parsed.success) return { first_opinion: null, screening };
  if (screening.is_suspect) {
    const { by, model, score } = screening;
    const suspect = { opinion: "reject" as const, reason: "suspect_text", confidence: score };
    return { first_opinion: { ...suspect, by, model }, screening };
  }
  const proposal = { ...parsed.data, senderDomain: message.sender.domain };
  return { first_opinion: await formOpinion(ctx, proposal, reader), screening };
}

/**
 * Would the model's look add anything to that of the rules? Only where they found nothing, and where the
 * model is known to be trusted with what they leave open. Answered at once.
 */
export function isForModel(
  ctx: Pick<ServiceContext, "settings">,
  { screening, first_opinion }: Triage,
): boolean {
  if (screening.is_suspect) return false;
  const client = inferenceClientOf(ctx);
  if (isKnownToBeTrusted(client, adversarial.name)) return true;
  const isOpen = first_opinion?.confidence === RULES_ACCEPT_CONFIDENCE;
  return isOpen && isKnownToBeTrusted(client, opinion.name);
}

/** What cannot be carried out as it stands is refused by what DuckDB says of it; of the rest the model is asked. */
async function formOpinion(
  ctx: ServiceContext,
  { senderDomain, ...proposal }: Proposal & { senderDomain: string },
  reader: Reader,
): Promise<FirstOpinion> {
  const target = findTarget(await findOwnSchema({ ctx }), proposal.details);
  const refusal = await checkProposal(proposal, target);
  if (refusal !== null) return { ...refusal, confidence: 1, by: "rules", model: null };
  const input = await describeProposal(ctx, proposal, { ...target, senderDomain });
  const { result, model } =
    reader === "rules"
      ? { result: askRules({ task: opinion, input }), model: null }
      : await askTask({ ctx, task: opinion, input });
  const isUnweighed = model === null && result.opinion === "accept";
  return {
    opinion: result.opinion,
    reason: result.reason,
    confidence: isUnweighed ? RULES_ACCEPT_CONFIDENCE : Math.round(result.confidence * 1000) / 1000,
    by: model === null ? "rules" : "model",
    model,
  };
}

/** Longest text of a proposal that the model is handed. */
const TEXT_MAX = 500;

/** The proposal beside what is known of our own product: schema and observed queries. */
async function describeProposal(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  { operation, details }: Proposal,
  { table, column, senderDomain }: ProposalTarget & { senderDomain: string },
): Promise<OpinionInput> {
  const cut = (text: string): string => text.slice(0, TEXT_MAX);
  return {
    proposal: {
      operation,
      table: cut(details.table),
      column: cut(details.column_name),
      type: cut(details.column_type),
      is_required: details.required,
      has_default: details.default !== undefined && details.default !== null,
      description: cut(details.description),
      purpose: cut(details.purpose),
      sender_domain: senderDomain,
    },
    facts: {
      table_exists: table !== undefined,
      column_exists: column !== undefined,
      existing_type: column?.type ?? null,
      rows: table?.row_count ?? 0,
      // Which products read a table is known to nobody: the registry tells of agents alone.
      consumers: 0,
      dependents:
        column === undefined ? 0 : await countQueriesNaming({ db, settings }, column.name),
      similar: similarNames(details.column_name, table?.columns.map(({ name }) => name) ?? []),
    },
  };
}

/** More queries than these change no opinion. */
const DEPENDENTS_MAX = 9;

/** Observed queries of our own product that name the column as a word, counted up to DEPENDENTS_MAX. */
async function countQueriesNaming(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  column: string,
): Promise<number> {
  const word = column.replaceAll(/[^\p{L}\p{N}_]/gu, "\\$&");
  // Letters beyond ASCII are part of a word, whatever the database's locale.
  const gap = "[^[:alnum:]_\\u0080-\\uffff]";
  const asWord = `(^|${gap})${word}($|${gap})`;
  const { patternData, occurrenceCount, patternId } = observedPatterns;
  const rows = await db
    .select({ id: patternId })
    .from(observedPatterns)
    .where(
      and(
        eq(sql`${patternData}->>'product_id'`, settings.DATA_PRODUCT_ID),
        sql`${patternData}->>'sql' ~* ${asWord}`,
      ),
    )
    // In the order of an index, which ends with the last one counted.
    .orderBy(desc(occurrenceCount), patternId)
    .limit(DEPENDENTS_MAX);
  return rows.length;
}

/** At most four columns that share a word of three letters or more with the name. */
function similarNames(name: string, columns: string[]): string[] {
  const wordsOf = (text: string) => text.toLowerCase().split(/[^a-z0-9]+/);
  const words = new Set(wordsOf(name).filter((word) => word.length > 2));
  return columns
    .filter((one) => one !== name && wordsOf(one).some((word) => words.has(word)))
    .slice(0, 4);
}
