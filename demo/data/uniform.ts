import { quoteText } from "../engine/statement";

/** Changing it changes every generated row. */
const SEED = 20_240_501;

/**
 * `u(i, k)`: the k-th uniform number in [0, 1) of row i, from a hash (deterministic whatever the
 * threads). One mixed integer is hashed because DuckDB's two-argument hash only XORs its parts,
 * which ties u(i, 1) to u(i, 2). `g`: a standard normal by Box-Muller.
 */
export const UNIFORM_MACROS = [
  `CREATE OR REPLACE TEMP MACRO u(i, k) AS (hash(i * 32 + k + ${SEED}) >> 11)::DOUBLE / 9007199254740992.0`,
  "CREATE OR REPLACE TEMP MACRO g(i, k) AS sqrt(-2 * ln(1 - u(i, k))) * cos(6.283185307179586 * u(i, k + 1))",
  "CREATE OR REPLACE TEMP MACRO pick(list, x) AS list[1 + floor(x * len(list))::BIGINT]",
];

export const sqlList = (values: readonly string[]) => `[${values.map(quoteText).join(", ")}]`;

/** The id that financing gave its project number `number` (an SQL expression): domains share it. */
export const projectIdSql = (number: string) => `md5('project' || ${number})::UUID`;
