import { Rng } from "../random";
import domainsJson from "./domains.json";
import { drawQueries } from "./draw-queries";
import { drawTable } from "./draw-table";
import type { Domain, Family } from "./types";

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
