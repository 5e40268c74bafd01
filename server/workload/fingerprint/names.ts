import { type Ast, asText, hasColumn } from "../ast";
import type { NameScope } from "./scope";

/** What a name means is in doubt: it may be a column here and a source elsewhere. */
export class Undecided extends Error {}

/** Hands out canonical names in order of appearance, and writes them into references. */
export class CanonicalNames {
  readonly #counts = { source: 0, query: 0 };

  next(kind: "source" | "query"): string {
    this.#counts[kind] += 1;
    return `${kind} ${this.#counts[kind]}`;
  }

  /** `a.x`, and `x` where only one source can have it, name the same column. */
  column(reference: Ast, scope: NameScope): void {
    if (!hasColumn(reference)) return;
    const raw = Array.isArray(reference.column_names) ? reference.column_names : [];
    const path = raw.map((part) => asText(part).toLowerCase());
    const [first = "", ...rest] = path;
    const source = scope.findSource(first);
    reference.column_names = path;
    if (source !== undefined) {
      // A plain name that is also a source's: the column, or the whole row.
      if (rest.length === 0) throw new Undecided();
      reference.column_names = [source, ...rest];
    } else if (rest.length > 1) {
      throw new Undecided();
    } else if (scope.onlySource !== null && !scope.outputs.has(first)) {
      reference.column_names = [scope.onlySource, ...path];
    }
  }

  /** `*` and `a.*` are the same where there is one source. */
  star(star: Ast, scope: NameScope): void {
    const name = asText(star.relation_name).toLowerCase();
    const lists = [star.qualified_exclude_list, star.rename_list, star.exclude_list];
    if (lists.some((list) => Array.isArray(list) && list.length > 0)) throw new Undecided();
    if (star.columns === true || star.expr) {
      if (name !== "") throw new Undecided();
      return;
    }
    const source = name === "" ? (scope.onlySource ?? "") : scope.findSource(name);
    if (source === undefined) throw new Undecided();
    star.relation_name = source;
  }
}
