import type { DoctorCheck } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { type MigrationState, readDatabaseState } from "@/server/platform/migrations";
import { fail, ok, warn } from "./check";

const VERSION_MIN = 14;

export function judgeMigrations({ pending, isNewer }: MigrationState): DoctorCheck {
  if (isNewer) {
    const detail = "The database was migrated by a later version than this program.";
    return fail("migrations", detail, "Update the program; an older one must not write there.");
  }
  if (pending.length === 0) return ok("migrations", "The newest schema.");
  const detail = `${pending.length} to apply, from ${pending[0]} on.`;
  return fail("migrations", detail, "npx sidecar db migrate (a start does so as well)");
}

/** `aheadMs`: how far our clock is ahead of the database's. */
export function judgeClock(aheadMs: number): DoctorCheck {
  const seconds = Math.abs(aheadMs / 1000);
  const detail = `${seconds.toFixed(1)} s ${aheadMs > 0 ? "ahead of" : "behind"} the database's.`;
  const advice = "Synchronize the clocks (NTP): tokens and leases are judged by them.";
  if (seconds > 30) return fail("clock", detail, advice);
  return seconds > 2 ? warn("clock", detail, advice) : ok("clock", detail);
}

/** Whether the database answers, is new enough and migrated, and what time it has. */
export async function checkDatabase(ctx: ServiceContext): Promise<DoctorCheck[]> {
  const state = await readDatabaseState({ ctx });
  const detail = `PostgreSQL ${state.version}, answered in ${state.answeredMs} ms.`;
  return [
    state.version >= VERSION_MIN
      ? ok("database", detail)
      : fail("database", detail, `Version ${VERSION_MIN} or newer is needed.`),
    judgeMigrations(state),
    judgeClock(state.clockAheadMs),
  ];
}
