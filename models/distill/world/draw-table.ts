import type { Rng } from "../random";
import { drawColumn } from "./draw-column";
import type { ColumnRole, ColumnSpec, Domain, TableSpec } from "./types";

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
export function drawTable(rng: Rng, domain: Domain, entity: string, rows: number): TableSpec {
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
