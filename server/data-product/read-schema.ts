import { z } from "zod";
import {
  ColumnSchema,
  ColumnStatistics,
  describeProductFault,
  type ProductFault,
  type ProductPlace,
  ProductSchema,
  TableSchema,
  ViewSchema,
} from "@/server/contracts";
import { formatCount, formatList, formatPlural } from "@/server/format";
import { checkProductId, UNSTORABLE, unstorableText } from "./check-answers";
import type { ObservedSchema } from "./port";
import { fieldOf, firstFault, productError, wrongField } from "./product-error";

const Envelope = ProductSchema.extend({
  resources: z.unknown().optional(),
  tables: z.array(z.unknown()),
  views: z.array(z.unknown()).optional(),
});
/** Its statistics are read apart: a table without them is as right as with them. */
const BareTable = TableSchema.extend({
  columns: z.array(ColumnSchema.extend({ statistics: z.unknown().optional() })).min(1),
});
const Statistics = ColumnStatistics.nullable();
const Named = z.object({ name: z.string() });
const Constrained = z.object({ constraints: z.array(z.unknown()) });
const Constraint = z.object({ sql: z.string() });

interface PartFault {
  path: PropertyKey[];
  message: string;
}

/** A part of the answer; null: it is left out. `faults`: what is wrong in it, with paths of its own. */
interface PartRead<Part> {
  part: Part | null;
  faults: PartFault[];
}

/** What was kept of a list, by its place there. */
interface ListRead<Part> {
  kept: Map<number, Part>;
  faults: PartFault[];
}

/**
 * A schema whose parts were read one by one: tables, views, statistics and resources that break the
 * contract are left out, and told in `left_out`. Throws what is wrong with the answer as a whole, or with
 * its tables where none is left.
 */
export function readSchema(
  place: ProductPlace,
  answer: unknown,
  productId: string,
): ObservedSchema {
  const parsed = Envelope.safeParse(answer);
  if (!parsed.success) throw wrongField(place, parsed.error);
  const { tables: rows, views: told, resources: _resources, ...envelope } = parsed.data;
  checkProductId(place, envelope.product_id, productId);
  const path = unstorableText(envelope);
  if (path !== null) throw faultAt(place, { path, message: UNSTORABLE });
  const tables = readTables(rows);
  const [wrongTable] = tables.faults;
  if (wrongTable !== undefined && tables.kept.size === 0) throw faultAt(place, wrongTable);
  const views = readList("views", told ?? [], readView);
  const resources = ProductSchema.shape.resources.safeParse(parsed.data.resources);
  const wrongResources = resources.success ? [] : [firstFaultIn(resources.error, ["resources"])];
  const [first] = [...tables.faults, ...views.faults, ...wrongResources];
  const schema: ProductSchema = {
    ...envelope,
    tables: [...tables.kept.values()],
    ...(told === undefined ? {} : { views: [...views.kept.values()] }),
    ...(resources.data === undefined ? {} : { resources: resources.data }),
  };
  if (first === undefined) return schema;
  const lists = [
    { noun: "table", rows, read: tables },
    { noun: "view", rows: told ?? [], read: views },
  ];
  const others = [...statisticsText(tables), ...(resources.success ? [] : ["the resources"])];
  return { ...schema, left_out: describeLeftOut(place, first, lists, others) };
}

/** Of tables that are kept. */
function statisticsText({ kept, faults }: ListRead<TableSchema>): string[] {
  const lost = faults.filter(
    ({ path }) => path[4] === "statistics" && kept.has(Number(path[1])),
  ).length;
  return lost === 0 ? [] : [`the statistics of ${formatPlural(lost, "column")}`];
}

const faultAt = (place: ProductPlace, { path, message }: PartFault) =>
  productError(place, "wrong_field", { field: fieldOf(path), what: message });

function firstFaultIn({ issues }: z.core.$ZodError, at: PropertyKey[] = []): PartFault {
  const { path, message } = firstFault(issues);
  return { path: [...at, ...path], message };
}

/** Reads each part by itself; of those that bear one name none is known to be the right one. */
function readList<Part>(
  field: string,
  rows: readonly unknown[],
  read: (row: unknown) => PartRead<Part>,
): ListRead<Part> {
  const names = rows.map((row) => nameOf(row)?.toLowerCase());
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) {
    if (name === undefined) continue;
    (seen.has(name) ? repeated : seen).add(name);
  }
  const kept = new Map<number, Part>();
  const faults: PartFault[] = [];
  rows.forEach((row, index) => {
    const { part, faults: found } = read(row);
    const name = names[index];
    const isRepeated = name !== undefined && repeated.has(name);
    const isLater = isRepeated && names.indexOf(name) < index;
    const own = isLater ? [...found, { path: ["name"], message: "the name occurs twice" }] : found;
    faults.push(...own.map((fault) => ({ ...fault, path: [field, index, ...fault.path] })));
    if (part !== null && !isRepeated) kept.set(index, part);
  });
  return { kept, faults };
}

const nameOf = (row: unknown): string | undefined => Named.safeParse(row).data?.name;

function readTables(rows: readonly unknown[]): ListRead<TableSchema> {
  const { kept, faults } = readList("tables", rows, readTable);
  return { kept, faults: [...faults, ...takeOutReferenced(rows, kept)] };
}

function readTable(row: unknown): PartRead<TableSchema> {
  const parsed = BareTable.safeParse(row);
  if (!parsed.success) return { part: null, faults: [firstFaultIn(parsed.error)] };
  const faults: PartFault[] = [];
  const columns = parsed.data.columns.map((column, index) => {
    const statistics = Statistics.safeParse(column.statistics);
    const path = statistics.success ? unstorableText(statistics.data) : null;
    const at = ["columns", index, "statistics"];
    if (!statistics.success) faults.push(firstFaultIn(statistics.error, at));
    if (path !== null) faults.push({ path: [...at, ...path], message: UNSTORABLE });
    return { ...column, statistics: path === null ? (statistics.data ?? null) : null };
  });
  const part = { ...parsed.data, columns };
  const twice = repeatedColumn(part);
  const path = unstorableText(part);
  if (twice !== null) faults.unshift(twice);
  if (path !== null) faults.unshift({ path, message: UNSTORABLE });
  // A URL drops such a segment: the table's export cannot be asked for.
  const isUnnamed = part.name === "." || part.name === "..";
  if (isUnnamed) faults.unshift({ path: ["name"], message: "no address can name its export" });
  return { part: twice === null && path === null && !isUnnamed ? part : null, faults };
}

/** DuckDB takes names that differ in case for one. */
function repeatedColumn({ columns }: TableSchema): PartFault | null {
  const names = columns.map(({ name }) => name.toLowerCase());
  const index = names.findIndex((name, at) => names.indexOf(name) < at);
  return index < 0 ? null : { path: ["columns", index, "name"], message: "the name occurs twice" };
}

function readView(row: unknown): PartRead<ViewSchema> {
  const parsed = ViewSchema.safeParse(row);
  if (!parsed.success) return { part: null, faults: [firstFaultIn(parsed.error)] };
  const path = unstorableText(parsed.data);
  if (path === null) return { part: parsed.data, faults: [] };
  return { part: null, faults: [{ path, message: UNSTORABLE }] };
}

/**
 * Takes out the tables that one which is left out refers to: its foreign key forbids changes of them, and
 * is not known here.
 */
function takeOutReferenced(rows: readonly unknown[], kept: Map<number, TableSchema>): PartFault[] {
  const faults: PartFault[] = [];
  let out = rows.filter((_, index) => !kept.has(index));
  while (out.length > 0) {
    const targets = new Set(out.flatMap(targetsOf));
    const found = [...kept].filter(([, { name }]) => targets.has(name.toLowerCase()));
    for (const [index] of found) {
      kept.delete(index);
      faults.push({ path: ["tables", index], message: "a table that is left out refers to it" });
    }
    out = found.map(([index]) => rows[index]);
  }
  return faults;
}

const REFERENCE = /\bREFERENCES\b((?:"[^"]*"|[^("]){1,300})\(/gi;

/** Tables that a table's constraints refer to, as far as they can be read, with and without their schema. */
function targetsOf(row: unknown): string[] {
  const constraints = Constrained.safeParse(row).data?.constraints ?? [];
  const texts = constraints.map((each) => Constraint.safeParse(each).data?.sql ?? "");
  return texts
    .flatMap((text) => [...text.matchAll(REFERENCE)])
    .flatMap(([, target = ""]) => {
      const name = target.trim().replaceAll('"', "").toLowerCase();
      return [name, name.split(".").at(-1) ?? name];
    });
}

/** Names of what is left out of a list, or its places there. */
function namesLeftOut(noun: string, rows: readonly unknown[], { kept }: ListRead<unknown>) {
  const out = [...rows.keys()].filter((index) => !kept.has(index));
  return out.map((index) => nameOf(rows[index]) ?? `${noun} ${index + 1}`);
}

/** One fault for all, however many they are; their names are the product's own words. */
function describeLeftOut(
  place: ProductPlace,
  first: PartFault,
  parts: { noun: string; rows: readonly unknown[]; read: ListRead<unknown> }[],
  others: readonly string[],
): ProductFault {
  const out = parts.map(({ noun, rows, read }) => ({
    names: namesLeftOut(noun, rows, read),
    of: formatPlural(rows.length, noun),
  }));
  const all = [
    ...out.flatMap(({ names, of }) =>
      names.length === 0 ? [] : `${formatCount(names.length)} of ${of}`,
    ),
    ...others,
  ];
  const names = out.flatMap((each) => each.names);
  return describeProductFault(place, {
    code: "parts_left_out",
    field: fieldOf(first.path),
    what: `${formatList(all)} are left out; the first: ${first.message}`,
    said: names.length === 0 ? null : `Left out: ${names.join(", ")}`,
  });
}
