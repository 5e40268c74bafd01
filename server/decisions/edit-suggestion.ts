import { isDeepStrictEqual } from "node:util";
import { and, asc, eq } from "drizzle-orm";
import { suggestionItems, suggestions } from "@/drizzle/schema";
import {
  allows,
  type Change,
  type EditRequest,
  REQUESTED_CHANGES_MAX,
  type RequestableChange,
  type Suggestion,
  type TableSchema,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { readChangeStatement } from "@/server/sql";
import { readTexts } from "./describe-queries";
import { knownProduct } from "./known-product";
import { assertVisible } from "./product-scope";
import { requestChange } from "./request-change";

/**
 * Has a suggestion tested with one of its changes altered, the others as they are. The statement is parsed by
 * DuckDB and read as one of the allow-listed changes; it is never executed itself. The answer is a suggestion of
 * its own, `edited_from` this one, to be approved after its own test run; that approval supersedes this one.
 * Throws `forbidden`, `not_found`, `conflict` (it does not wait for a decision), `not_executable` (of no product, or
 * DuckDB cannot make the change), `invalid_input` (an item of another suggestion, a statement that is no such change
 * or the same one; details: a pointer), and what `requestChange` throws.
 */
export async function editSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: EditRequest & { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  const { suggestion_id: id, item_id, sql, ...request } = input;
  await assertVisible({ ctx, input: { suggestion_id: id } });
  const productId = await editableProduct(ctx, id);
  const items = await readSuggested(ctx, id);
  if (!items.some((item) => item.id === item_id)) {
    throw new AppError("invalid_input", "This item is no suggested change of this suggestion.", {
      details: { pointer: "/item_id" },
    });
  }
  const { schema } = await knownProduct(ctx, productId);
  const edited = await readEdited(sql, schema.tables);
  const changes = items.map((item) => {
    if (item.id !== item_id) return item.change;
    if (isDeepStrictEqual(edited, item.change)) {
      throw refuse("This statement makes the same change as before.");
    }
    return edited;
  });
  const requested = changes.filter(isRequestable);
  if (requested.length > REQUESTED_CHANGES_MAX) {
    throw new AppError(
      "not_executable",
      `At most ${REQUESTED_CHANGES_MAX} changes are tested together, and this suggestion has more.`,
    );
  }
  return requestChange({
    ctx,
    input: { ...request, product_id: productId, changes: requested, edited_from: id },
  });
}

const refuse = (message: string) =>
  new AppError("invalid_input", message, { details: { pointer: "/sql" } });

/** Another text for a query is the developers' to make: the edited version goes without it. */
const isRequestable = (change: Change): change is RequestableChange =>
  change.kind !== "rewrite_query";

/** The product of a suggestion that can be edited. */
async function editableProduct({ db }: ServiceContext, id: string): Promise<string> {
  const [row] = await db
    .select({ state: suggestions.state, productId: suggestions.productId })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  if (!allows("suggestion", "approve", row.state)) {
    throw new AppError("conflict", "Only a suggestion that waits for a decision can be edited.", {
      details: { state: row.state },
    });
  }
  if (row.productId !== null) return row.productId;
  throw new AppError(
    "not_executable",
    "This estimate is about no data product: nothing can be tested. Send another request instead.",
  );
}

async function readSuggested({ db }: ServiceContext, id: string) {
  const rows = await db
    .select({ id: suggestionItems.id, candidate: suggestionItems.candidate })
    .from(suggestionItems)
    .where(and(eq(suggestionItems.suggestionId, id), eq(suggestionItems.role, "suggested")))
    .orderBy(asc(suggestionItems.ordinal));
  return rows.map((row) => ({ id: row.id, change: row.candidate.change }));
}

/** Parsed by DuckDB first: what is a change here has to be SQL there. */
async function readEdited(sql: string, tables: readonly TableSchema[]): Promise<RequestableChange> {
  const [read] = await readTexts([{ sql }], { tables: [], isShapeOnly: true }, {});
  const unread = read?.unread ?? null;
  // A statement that is no query is read by the parser, and described by nobody but us.
  if (unread !== null && unread.reason !== "not_a_query") {
    throw refuse(`DuckDB cannot take this statement: ${unread.message}.`);
  }
  return readChangeStatement(sql, tables);
}
