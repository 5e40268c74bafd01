import type { QuerySummary } from "../shape";
import { refuse } from "./not-summarizable";
import type { TypedTable } from "./subject";

type Key = QuerySummary["keys"][number];
type Measure = QuerySummary["measures"][number];

const KEYS_MAX = 8;
const MEASURES_MAX = 32;
const NAME_LENGTH_MAX = 200;

/**
 * Keys and measures a query needs, each once. Names follow from the table alone (`<column>`,
 * `<column>_<unit>`, `row_count`, `<aggregate>_<column>`; numbered where a column of the table has
 * that name), so that all queries of a table name the same thing alike and can share a summary.
 */
export class SummaryParts {
  readonly keys: Key[] = [];
  readonly measures: Measure[] = [];
  readonly #taken: ReadonlySet<string>;

  constructor(table: TypedTable) {
    this.#taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  }

  /** Name of the key. */
  key(column: string, unit: Key["unit"]): string {
    const name = unit === null ? column : this.#free(`${column}_${unit}`);
    return this.#add(this.keys, { name, column, unit }, KEYS_MAX);
  }

  /** Name of the measure; without a column, of the number of rows. */
  measure(aggregate: Measure["aggregate"], column: string | null): string {
    const name = this.#free(column === null ? "row_count" : `${aggregate}_${column}`);
    return this.#add(this.measures, { name, aggregate, column }, MEASURES_MAX);
  }

  #free(base: string): string {
    let name = base;
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) name = `${base}_${number}`;
    return name;
  }

  #add<Part extends Key | Measure>(parts: Part[], part: Part, partsMax: number): string {
    if (parts.some((each) => JSON.stringify(each) === JSON.stringify(part))) return part.name;
    const isTaken = [...this.keys, ...this.measures].some(
      (each) => each.name.toLowerCase() === part.name.toLowerCase(),
    );
    if (isTaken || parts.length === partsMax || part.name.length > NAME_LENGTH_MAX) {
      refuse("more than a summary holds, or one name for two things");
    }
    parts.push(part);
    return part.name;
  }
}
