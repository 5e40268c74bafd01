import { Rng } from "../random";
import domainsJson from "./domains.json";
import { drawColumn } from "./draw-column";
import { drawQueries } from "./draw-queries";
import type { ColumnRole, ColumnSpec, Domain, Family, TableSpec } from "./types";

export const DOMAINS: readonly Domain[] = domainsJson;

export interface FamilyOptions {
  seed: number;
  index: number;
  rows: { low: number; high: number };
}

/** One generated data product: a large table, a smaller one it may join, and queries of both. */
export function drawFamily({ seed, index, rows }: FamilyOptions): Family {
  const rng = new Rng(seed, `family ${index}`);
  const domain = rng.pick(DOMAINS);
  const [entity = "item", second = "group"] = rng.shuffle(domain.entities);
  const count = Math.round(rng.logUniform(rows.low, rows.high));
  const main = drawTable(rng, domain, entity, count);
  const other = drawTable(
    rng,
    domain,
    second,
    Math.round(rng.logUniform(20, Math.max(40, Math.min(count / 2, 40_000)))),
  );
  if (other.name === main.name) other.name = `${other.name}_list`;
  const id = other.columns[0];
  // A reference to the other table, so that joins find partners.
  if (id && rng.chance(0.8)) {
    const name = `${second}_id`;
    main.columns = main.columns.filter((column) => column.name !== name);
    main.indexes = main.indexes.filter((column) => column !== name);
    if (main.primaryKey === name) main.primaryKey = null;
    main.columns.push({
      name,
      role: "foreign_key",
      type: id.type,
      distinct: Math.min(other.rows, count),
      nullShare: 0,
      isRising: false,
      skew: 1,
    });
  }
  return {
    id: `${domain.name}/${main.name}`,
    domain: domain.name,
    tables: [main, other],
    queries: drawQueries(rng, main, other),
  };
}

const SUFFIXES = ["s", "s", "s", "_log", "_history", "_records", "_facts", ""];

/** Roles beside the id, by how often tables have them. */
const ROLES: readonly (readonly [ColumnRole, number])[] = [
  ["foreign_key", 3],
  ["category", 3],
  ["measure", 3],
  ["day", 2],
  ["instant", 2],
  ["code", 1.2],
  ["place", 1],
  ["flag", 0.8],
  ["person", 1],
  ["email", 0.8],
  ["note", 0.8],
];

/** A table of a domain with `rows` rows: 3 to 12 columns, keys and indexes as products have them. */
function drawTable(rng: Rng, domain: Domain, entity: string, rows: number): TableSpec {
  const columns = new Map<string, ColumnSpec>();
  const add = (role: ColumnRole): void => {
    const column = drawColumn(rng, domain, role, entity, rows);
    if (!columns.has(column.name)) columns.set(column.name, column);
  };
  for (const role of ["id", "category", "measure"] as const) add(role);
  add(rng.pick(["day", "instant"] as const));
  for (let more = rng.int(0, 8); more > 0; more--) add(rng.weighted(ROLES));
  const all = [...columns.values()];
  const [id] = all;
  const hasKey = id !== undefined && rng.chance(0.5);
  const indexable = all.filter(
    ({ name, role }) => !(hasKey && name === id?.name) && role !== "note",
  );
  return {
    name: `${entity}${rng.pick(SUFFIXES)}`,
    rows,
    columns: [id, ...rng.shuffle(all.slice(1))].flatMap((each) => each ?? []),
    primaryKey: hasKey ? id.name : null,
    indexes: rng.chance(0.5)
      ? rng.shuffle(indexable.map(({ name }) => name)).slice(0, rng.int(1, 3))
      : [],
    isShuffled: rng.chance(0.4),
  };
}
