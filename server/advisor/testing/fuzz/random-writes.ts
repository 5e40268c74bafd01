import { quoteIdentifier } from "@/server/sql";
import type { Draw } from "@/server/testing/fuzz/draw";
import { type RandomTable, randomRow, randomValue } from "./random-schema";

/** A write of the product: statements of one transaction, on one table. */
export interface RandomWrite {
  table: string;
  statements: string[];
}

/** An id that no row has. */
const FRESH_ID = 500;
const WRITES_PER_TABLE = 5;

/** Inserts, updates, deletes, upserts and merges of rows that are there, and of others. */
export function randomWrites(draw: Draw, tables: readonly RandomTable[]): RandomWrite[] {
  return tables.flatMap((table) =>
    Array.from({ length: WRITES_PER_TABLE }, () => ({
      table: table.name,
      // Two writes of the same row in one transaction, at times.
      statements: draw.chance(0.15)
        ? [randomUpdate(draw, table), randomUpdate(draw, table)]
        : [draw.pick(WRITES)(draw, table)],
    })),
  );
}

/** A whole row with an id of its own. */
export function randomInsert(draw: Draw, table: RandomTable, id = String(FRESH_ID)): string {
  const [names, values] = randomRow(draw, table, id);
  return `INSERT INTO ${quoteIdentifier(table.name)} (${names}) VALUES (${values})`;
}

const anId = (draw: Draw, { idsBelow }: RandomTable): string => String(draw.below(idsBelow));

function randomUpdate(draw: Draw, table: RandomTable): string {
  const column = draw.pick(table.columns);
  const set = `${quoteIdentifier(column.name)} = ${randomValue(draw, column)}`;
  return `UPDATE ${quoteIdentifier(table.name)} SET ${set} WHERE id = ${anId(draw, table)}`;
}

const WRITES: readonly ((draw: Draw, table: RandomTable) => string)[] = [
  (draw, table) => randomInsert(draw, table),
  (draw, table) => randomInsert(draw, table, anId(draw, table)),
  (draw, table) => `${randomInsert(draw, table, anId(draw, table))} ON CONFLICT DO NOTHING`,
  upsert,
  (draw, table) =>
    randomInsert(draw, table, anId(draw, table)).replace("INSERT", "INSERT OR REPLACE"),
  // Defaults.
  (_, { name }) => `INSERT INTO ${quoteIdentifier(name)} (id) VALUES (${FRESH_ID})`,
  randomUpdate,
  randomUpdate,
  updateByValue,
  (draw, table) =>
    `UPDATE ${quoteIdentifier(table.name)} SET id = id + ${FRESH_ID} WHERE id = ${anId(draw, table)}`,
  (draw, table) => `DELETE FROM ${quoteIdentifier(table.name)} WHERE id = ${anId(draw, table)}`,
  deleteByValue,
  merge,
];

function upsert(draw: Draw, table: RandomTable): string {
  const column = quoteIdentifier(draw.pick(table.columns).name);
  const insert = randomInsert(draw, table, anId(draw, table));
  const target = table.key === "pair" ? "" : " (id)";
  return `${insert} ON CONFLICT${target} DO UPDATE SET ${column} = excluded.${column}`;
}

function updateByValue(draw: Draw, table: RandomTable): string {
  const [found, changed] = [draw.pick(table.columns), draw.pick(table.columns)];
  const set = `${quoteIdentifier(changed.name)} = ${randomValue(draw, changed)}`;
  const where = `${quoteIdentifier(found.name)} = ${draw.pick(found.type.values)}`;
  return `UPDATE ${quoteIdentifier(table.name)} SET ${set} WHERE ${where}`;
}

function deleteByValue(draw: Draw, table: RandomTable): string {
  const column = draw.pick(table.columns);
  const name = quoteIdentifier(column.name);
  const where = draw.chance(0.3) ? `${name} IS NULL` : `${name} = ${draw.pick(column.type.values)}`;
  return `DELETE FROM ${quoteIdentifier(table.name)} WHERE ${where}`;
}

function merge(draw: Draw, table: RandomTable): string {
  const column = draw.pick(table.columns);
  const name = quoteIdentifier(column.name);
  const value = randomValue(draw, column);
  return (
    `MERGE INTO ${quoteIdentifier(table.name)} AS target USING (SELECT ${anId(draw, table)} AS id) AS given ` +
    `ON target.id = given.id WHEN MATCHED THEN UPDATE SET ${name} = ${value}`
  );
}
