import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { AppError } from "../errors";

/** True when the server at `url` answers a query within 2 s. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end({ timeout: 1 });
  }
}

/**
 * Resolves when the server at `url` answers a query. Throws `timeout` after `secondsMax`, or
 * at once when `hasEnded` says that its process is gone.
 */
export async function waitForPostgres(
  url: string,
  secondsMax: number,
  hasEnded: () => boolean = () => false,
): Promise<void> {
  const deadline = Date.now() + secondsMax * 1000;
  while (!(await postgresAnswers(url))) {
    if (hasEnded()) throw new AppError("internal", "PostgreSQL ended while it was starting.");
    if (Date.now() > deadline) {
      throw new AppError("timeout", `PostgreSQL did not answer within ${secondsMax} s.`);
    }
    await pause(50);
  }
}
