import { and, eq, sql } from "drizzle-orm";
import { conversations } from "@/drizzle/schema";
import { ConnectorQueryRequest, type KeySample, MESSAGE_CONTENTS } from "@/server/contracts";
import { connectProduct, type DataProduct } from "@/server/data-product";
import { AppError, publish, type ServiceContext } from "@/server/platform";
import { quoteIdentifier } from "@/server/sql";
import { findColumn, findTable } from "./evaluation/known-here";
import { readOwnSchema } from "./known-product";
import type { ConversationRow } from "./transition";

/** Rows of an answer of the connector at most, and hashes of a sample. */
const HASHES_MAX = 1000;
const TIMEOUT_MS = 10_000;
const BLOCK_BYTES = 64;

/**
 * The two keys of HMAC-SHA-256 (RFC 2104), in hexadecimal digits: with them the product computes the
 * hashes itself, and no value leaves it. `key` has at most 64 bytes.
 */
function padsOf(key: string): { inner: string; outer: string } {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(key);
  const pad = (byte: number) => Buffer.from(block.map((each) => each ^ byte)).toString("hex");
  return { inner: pad(0x36), outer: pad(0x5c) };
}

/**
 * A key's figures, and the smallest hashes of its different values: the same values on both sides of a
 * conversation, so that they can be compared. Throws `not_found`, and what the product throws.
 */
export async function sampleKey({
  ctx,
  input: { product, conversationId, table: tableName, column: columnName },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct; conversationId: string; table: string; column: string };
}): Promise<KeySample> {
  const schema = await readOwnSchema(ctx);
  const table = findTable({ schema }, tableName);
  const column = table && findColumn(table, columnName);
  if (table === undefined || column === undefined) {
    const text = `Data product ${schema.product_id} has no column ${tableName}.${columnName}.`;
    throw new AppError("not_found", text);
  }
  const [t, c] = [quoteIdentifier(table.name), quoteIdentifier(column.name)];
  const counted = await product.query(
    ConnectorQueryRequest.parse({
      sql: `SELECT count(*), count(DISTINCT ${c}), count(*) - count(${c}) FROM ${t}`,
      timeout_ms: TIMEOUT_MS,
    }),
  );
  const [rows = 0, distinct = 0, nulls = 0] = (counted.rows[0] ?? []).map(Number);
  const { inner, outer } = padsOf(conversationId);
  const hashed = await product.query(
    ConnectorQueryRequest.parse({
      sql: `SELECT sha256(unhex($1) || unhex(sha256(unhex($2) || encode(v)))) AS h
        FROM (SELECT DISTINCT CAST(${c} AS VARCHAR) AS v FROM ${t} WHERE ${c} IS NOT NULL)
        ORDER BY h LIMIT ${HASHES_MAX}`,
      parameters: [outer, inner],
      row_limit: HASHES_MAX,
      timeout_ms: TIMEOUT_MS,
    }),
  );
  const hashes = hashed.rows.map(([hex]) => Buffer.from(String(hex), "hex").toString("base64url"));
  return { type: column.type, rows, distinct, nulls, is_sample: distinct > hashes.length, hashes };
}

/** Keeps our side's sample with the question that is about to be asked. */
export async function keepOwnSample({
  ctx,
  input: { row },
}: {
  ctx: ServiceContext;
  input: { row: ConversationRow };
}): Promise<void> {
  const { left } = MESSAGE_CONTENTS.coordination_request.parse(row.subject);
  const product = connectProduct({ ctx });
  const input = { product, conversationId: row.id, table: left.table, column: left.column };
  const sample = await sampleKey({ ctx, input });
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(conversations)
      .set({ subject: { ...row.subject, sample }, updatedAt: ctx.clock.now() })
      .where(and(eq(conversations.id, row.id), sql`not ${conversations.subject} ? 'sample'`));
    await publish(tx, { topic: "conversation", id: row.id });
  });
}
