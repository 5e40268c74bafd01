import { randomBytes } from "node:crypto";
import { DuckDBInstance, type DuckDBPreparedStatement } from "@duckdb/node-api";
import { Lru } from "@/server/platform/lru";
import { type Ast, asNode, asNodes, asText } from "./ast";
import { type FunctionNames, readFunctionNames } from "./function-names";
import { unwrapValues } from "./values-list";

/** DuckDB's own parser and printer, in a private database without files, network or extensions. */
export interface Engine extends FunctionNames {
  /** The tree of the one SELECT in the text; null for anything else (other kinds, errors, several). */
  serialize(sql: string): Promise<Ast | null>;
  /** What the parser says of any text: how many SELECTs it is, or why it is none. */
  problemOf(sql: string): Promise<Problem>;
  /** SQL of a tree; null when DuckDB cannot print it. */
  print(root: Ast): Promise<string | null>;
  /** How many statements of any kind the parser reads in the text; 0 where it cannot. */
  countStatements(sql: string): Promise<number>;
  close(): void;
}

type Problem =
  | { kind: "read"; statements: number }
  /** A statement of another kind, which the parser reads but does not describe. */
  | { kind: "other" }
  | { kind: "syntax"; message: string };

/** Of a database that only ever parses: no files, no network, no extensions, and none can be had. */
export const PRIVATE_SETTINGS = {
  threads: "1",
  memory_limit: "128MB",
  enable_external_access: "false",
  autoload_known_extensions: "false",
  autoinstall_known_extensions: "false",
  lock_configuration: "true",
};

/** Shape, rewrites and summary of one text ask for the same trees, soon after each other. */
const ANSWERS_MAX = 20;
/** The tree of a long text takes a megabyte or two, and a reading thread has little memory. */
const ANSWER_CHARACTERS_MAX = 200_000;

/** Told of every call into DuckDB. `enter` may throw: then the call is not made. */
export interface CallWatch {
  enter(): void;
  leave(): void;
}

const UNWATCHED: CallWatch = { enter: () => {}, leave: () => {} };

/** Opens the engine. Text is only ever parsed, or travels as a bound parameter; nothing in it is executed. */
export async function openEngine(watch = UNWATCHED): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", PRIVATE_SETTINGS);
  const connection = await instance.connect();
  const watched = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    watch.enter();
    try {
      return await call();
    } finally {
      watch.leave();
    }
  };
  // Planning such a statement takes as long as running it: they are kept, one for each call at a time.
  const call = (sql: string) => {
    const idle: DuckDBPreparedStatement[] = [];
    const answers = new Lru<string>(ANSWERS_MAX);
    return async (value: string): Promise<string> => {
      const known = answers.get(value);
      if (known !== undefined) return known;
      const statement = idle.pop() ?? (await connection.prepare(sql));
      try {
        statement.bindVarchar(1, value);
        const reader = await statement.runAndReadAll();
        idle.push(statement);
        const answer = asText(reader.getRows()[0]?.[0]);
        if (value.length + answer.length <= ANSWER_CHARACTERS_MAX) answers.set(value, answer);
        return answer;
      } catch (error) {
        statement.destroySync();
        throw error;
      }
    };
  };
  const callSerialize = call("SELECT json_serialize_sql($1::VARCHAR)");
  const callPrint = call("SELECT json_deserialize_sql($1::JSON)");
  const serializeText = (sql: string) => watched(() => callSerialize(sql));
  const names = await readFunctionNames(connection);
  return {
    async serialize(sql) {
      const root = asNode(parseExactJson(await serializeText(sql)));
      if (root === null || root.error !== false) return null;
      if (asNodes(root.statements).length !== 1) return null;
      unwrapValues(root);
      return root;
    },
    async problemOf(sql) {
      const root = asNode(JSON.parse(await serializeText(sql)));
      if (root?.error === false) {
        return { kind: "read", statements: asNodes(root.statements).length };
      }
      const message = asText(root?.error_message);
      const isOther = root?.error_type === "not implemented" && message.startsWith("Only SELECT");
      return isOther ? { kind: "other" } : { kind: "syntax", message };
    },
    async print(root) {
      const json = printExactJson(root);
      // DuckDB refuses trees it cannot read back (infinite numbers, say): then the text is kept.
      return await watched(() => callPrint(json).catch(() => null));
    },
    async countStatements(sql) {
      // Nothing is prepared or executed: the text is only parsed.
      const extracted = await watched(() => connection.extractStatements(sql).catch(() => null));
      return extracted?.count ?? 0;
    },
    ...names,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

// A query's text cannot guess the mark, so no string in it can pass for a number.
const MARK = `raw-number-${randomBytes(12).toString("hex")}:`;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${MARK}(-?\\d[\\d.eE+-]*)"`, "g");

/**
 * JSON.parse that keeps numbers JavaScript cannot hold (64-bit integers) or would print
 * differently (`1000.0`) as marked strings; `printExactJson` writes them back as they were.
 */
function parseExactJson(text: string): unknown {
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked);
}

function printExactJson(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, "$1");
}

/** Digits of a number as the text had them; null when the value is no number. */
export function exactNumberText(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value.startsWith(MARK)) return value.slice(MARK.length);
  return null;
}
