import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "@/drizzle/schema";
import { TransactionLife } from "./transaction-life";

export type Database = PostgresJsDatabase<typeof schema> & { $client: postgres.Sql };
/** What a service verb may be handed: the database, or a transaction begun by its caller. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** A pool on the given URL. Close it with closeDatabase. */
export function openDatabase(url: string, poolMax: number): Database {
  const client = postgres(url, { max: poolMax, onnotice: () => {}, connect_timeout: 10 });
  return drizzle(preparing(client), { schema });
}

/** Longer texts (an INSERT of many rows, a long list) differ each time: their plans would only take memory. */
const PREPARED_LENGTH_MAX = 4000;

type SentParameters = postgres.ParameterOrJSON<never>[];
type Begin = (...parts: unknown[]) => Promise<unknown>;

/**
 * The client, but with statements that are prepared by their text, in its transactions too: planned once
 * a connection, and sent in one round trip where others take two (for the types of their parameters).
 * Drizzle prepares only what it is given a name for. `life`: of the transaction that the client belongs to.
 */
function preparing<Client extends postgres.ISql>(client: Client, life?: TransactionLife): Client {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key === "unsafe") {
        return (text: string, parameters: SentParameters = [], options?: object) => {
          life?.assertOpen();
          const prepare = parameters.length > 0 && text.length <= PREPARED_LENGTH_MAX;
          return target.unsafe(text, parameters, { ...options, prepare });
        };
      }
      if (key !== "begin" && key !== "savepoint") return value;
      return (...parts: unknown[]) => {
        const own = life ?? new TransactionLife();
        own.assertOpen();
        // Both hand the client of the transaction to the one function among their arguments.
        const wrap = (part: unknown) =>
          typeof part === "function"
            ? (inner: postgres.ISql) => own.bounded(async () => part(preparing(inner, own)))
            : part;
        const ended = (value as Begin)(...parts.map(wrap));
        return life === undefined ? ended.finally(() => own.end()) : ended;
      };
    },
  });
}

export async function closeDatabase(db: Database): Promise<void> {
  await db.$client.end({ timeout: 5 });
}

/** True when a statement lost against a unique index (SQLSTATE 23505), however deep it is wrapped. */
export function isUniqueViolation(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "23505") return true;
  }
  return false;
}
