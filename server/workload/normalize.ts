import { shortHash } from "@/server/platform/ids";
import { type Ast, asNode, asNodes, asText, descend } from "./ast";
import { canonicalText } from "./canonical-text";
import { withoutWidths } from "./decimal-widths";
import type { Engine } from "./engine";
import { foldText, kindOf } from "./fold-text";
import { parameterize } from "./parameterize";
import type { NormalizedQuery, ParameterSource } from "./shape";
import { isTooCostly, SQL_LENGTH_MAX } from "./text-limits";
import { normalizeWrite } from "./writes/normalize-write";

const ROUNDS_MAX = 4;

/** A number (not 0), or a name. */
const PARAMETER_NAME = /^([1-9]\d{0,4}|[\p{L}_][\p{L}\p{N}_]*)$/u;

// Never closed, so no text that ends with it can be parsed: a longer text is counted under its beginning.
const TRUNCATED = " [ truncated";

/**
 * Normalizes one text; never throws for any text. The text keeps the product's own names; the
 * fingerprint is of a form without them, so it is the same for every choice of aliases.
 */
export async function normalizeSql(engine: Engine, sql: string): Promise<NormalizedQuery> {
  if (sql.length > SQL_LENGTH_MAX) {
    const beginning = foldText(sql.slice(0, SQL_LENGTH_MAX));
    return keep(beginning.slice(0, SQL_LENGTH_MAX - TRUNCATED.length) + TRUNCATED);
  }
  if (isTooCostly(sql)) {
    // Folding keeps brackets: what is nested too deep stays so.
    const folded = foldText(sql);
    return keep(folded.length > SQL_LENGTH_MAX ? sql : folded);
  }
  const parsed = await normalizeSelect(engine, sql);
  if (parsed !== null) {
    const { canonical, ...query } = parsed;
    return { ...query, fingerprint: shortHash(canonical), kind: "select", isParsed: true };
  }
  const write = isWrite(sql) ? await normalizeWrite(engine, sql) : null;
  if (write !== null) {
    return {
      ...write,
      fingerprint: shortHash(foldText(write.sql)),
      kind: kindOf(sql),
      isParsed: false,
    };
  }
  const folded = foldText(sql);
  // Folding can mend a broken text; kept as it came, it never passes for a query that ran.
  const isMended = folded !== sql && (await normalizeSelect(engine, folded)) !== null;
  return keep(isMended || folded.length > SQL_LENGTH_MAX ? sql : folded);
}

const isWrite = (sql: string): boolean => /^(insert|update|delete)$/.test(kindOf(sql));

function keep(sql: string): NormalizedQuery {
  return {
    fingerprint: shortHash(sql),
    sql,
    kind: kindOf(sql),
    isParsed: false,
    parameters: [],
  };
}

type Round = { sql: string; parameters: ParameterSource[]; root: Ast };

/** Rewrites until DuckDB prints the same text again, so that normalizing twice changes nothing. */
async function normalizeSelect(
  engine: Engine,
  sql: string,
): Promise<(Omit<Round, "root"> & { canonical: string }) | null> {
  let current = await rewrite(engine, sql);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (current === null || current.sql.length > SQL_LENGTH_MAX) return null;
    const next = await rewrite(engine, current.sql);
    const parameters = next && compose(current.parameters, next.parameters);
    if (next === null || parameters === null) return null;
    if (current.sql === next.sql) {
      return {
        sql: next.sql,
        parameters,
        canonical: canonicalText(next.root) ?? withoutWidths(next.sql),
      };
    }
    current = { ...next, parameters };
  }
  return null;
}

async function rewrite(engine: Engine, sql: string): Promise<Round | null> {
  const root = await engine.serialize(sql);
  if (root === null) return null;
  for (const node of descend(root)) {
    // DESCRIBE, SHOW and SUMMARIZE arrive as SELECTs.
    if (node.type === "SHOW_REF") return null;
    if (node.class === "PARAMETER" && !PARAMETER_NAME.test(asText(node.identifier))) return null;
  }
  const parameters = parameterize(root, engine.aggregateNames);
  const printed = asNode(asNodes(root.statements)[0]) && (await engine.print(root));
  return printed ? { sql: printed, parameters, root } : null;
}

function compose(before: ParameterSource[], after: ParameterSource[]): ParameterSource[] | null {
  const composed: ParameterSource[] = [];
  for (const source of after) {
    const origin = source.from === "parameter" ? before[source.index - 1] : source;
    if (origin === undefined) return null;
    composed.push(origin);
  }
  return composed;
}
