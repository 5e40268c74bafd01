import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import {
  type FirstOpinion,
  type MessageEnvelope,
  ProductSchema,
  type Screening,
} from "@/server/contracts";
import { askTask, type OpinionInput, opinion, screenTexts } from "@/server/inference";
import type { ServiceContext } from "@/server/platform";

const Text = z.string().max(500).catch("");

/** The content of a `schema_proposal`, as the specification shows it; what is missing is empty. */
const Proposal = z.object({
  operation: z.enum(["add_column", "drop_column", "change_type", "rename_column", "add_table"]),
  details: z.object({
    table: Text,
    column_name: Text,
    column_type: Text,
    required: z.boolean().catch(false),
    default: z.unknown().optional(),
    description: Text,
    purpose: Text,
  }),
});
type Proposal = z.infer<typeof Proposal>;

/** What is thought of a message at first sight; `first_opinion` only of a schema proposal. */
export interface Triage {
  first_opinion: FirstOpinion | null;
  screening: Screening;
}

/**
 * Looks at a message before it is stored: do its words try to steer us, and what is to be thought of
 * its proposal? A suspect proposal is to be rejected, whatever it proposes. Nothing is decided here.
 */
export async function triageMessage({
  ctx,
  input: message,
}: {
  ctx: ServiceContext;
  input: MessageEnvelope;
}): Promise<Triage> {
  const screening = await screenTexts({ ctx, input: textsOf(message.content) });
  if (message.message_type !== "schema_proposal") return { first_opinion: null, screening };
  const parsed = Proposal.safeParse(message.content);
  if (!parsed.success) return { first_opinion: null, screening };
  if (screening.is_suspect) {
    const { by, model, score } = screening;
    const suspect = { opinion: "reject" as const, reason: "suspect_text", confidence: score };
    return { first_opinion: { ...suspect, by, model }, screening };
  }
  const input = await describeProposal(ctx, parsed.data, message.sender.domain);
  const { result, model } = await askTask({ ctx, task: opinion, input });
  return {
    first_opinion: {
      opinion: result.opinion,
      reason: result.reason,
      confidence: Math.round(result.confidence * 1000) / 1000,
      by: model === null ? "rules" : "model",
      model,
    },
    screening,
  };
}

/** Every text of the content, however deep. */
function textsOf(value: unknown): { place: "message"; text: string }[] {
  if (typeof value === "string") return [{ place: "message", text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/** The proposal beside what is known of our own product: schema and observed queries. */
async function describeProposal(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  { operation, details }: Proposal,
  senderDomain: string,
): Promise<OpinionInput> {
  const [product] = await db
    .select({ schema: dataProducts.schema })
    .from(dataProducts)
    .where(eq(dataProducts.productId, settings.DATA_PRODUCT_ID));
  const known = ProductSchema.safeParse(product?.schema);
  const table = known.data?.tables.find(({ name }) => name === details.table);
  const column = table?.columns.find(({ name }) => name === details.column_name);
  return {
    proposal: {
      operation,
      table: details.table,
      column: details.column_name,
      type: details.column_type,
      is_required: details.required,
      has_default: details.default !== undefined && details.default !== null,
      description: details.description,
      purpose: details.purpose,
      sender_domain: senderDomain,
    },
    facts: {
      table_exists: table !== undefined,
      column_exists: column !== undefined,
      existing_type: column?.type ?? null,
      rows: table?.row_count ?? 0,
      // Which products read a table is the registry's to know; there is none yet.
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
