import { and, desc, eq, sql } from "drizzle-orm";
import { processHeartbeats } from "@/drizzle/schema";
import type { ProcessStatus } from "@/server/contracts";
import type { ServiceContext } from "./root";

/** A process is taken for dead after this much silence; it beats every 5 s. */
export const SILENCE_SECONDS_MAX = 30;
/** A dead process is shown this long, then forgotten. */
const FORGET_SECONDS = 600;

/** One running process of a role. */
export interface Process {
  instanceId: string;
  role: string;
  host: string;
  pid: number;
  startedAt: Date;
}

/** Stores a sign of life with what the process can do now, and forgets those long dead. */
export async function beatProcess({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db">;
  input: Process & { status: ProcessStatus };
}): Promise<void> {
  // The database's clock, so that hosts whose clocks differ are judged alike.
  const lastAt = sql`now()`;
  await ctx.db
    .insert(processHeartbeats)
    .values({ ...input, lastAt })
    .onConflictDoUpdate({
      target: processHeartbeats.instanceId,
      set: { lastAt, status: input.status },
    });
  await ctx.db
    .delete(processHeartbeats)
    .where(sql`${processHeartbeats.lastAt} < now() - make_interval(secs => ${FORGET_SECONDS})`);
}

/** Takes away the sign of life of a process that stops in order. */
export async function endProcess({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { instanceId: string };
}): Promise<void> {
  await ctx.db.delete(processHeartbeats).where(eq(processHeartbeats.instanceId, input.instanceId));
}

/** Every process that was alive in the last ten minutes, the latest sign of life first. */
export async function listProcesses({ ctx }: { ctx: Pick<ServiceContext, "db"> }) {
  return ctx.db
    .select({
      role: processHeartbeats.role,
      pid: processHeartbeats.pid,
      silentSeconds: sql<number>`extract(epoch from now() - ${processHeartbeats.lastAt})::float8`,
      status: processHeartbeats.status,
    })
    .from(processHeartbeats)
    .orderBy(desc(processHeartbeats.lastAt));
}

/** True when the process of that role, host and pid has lately said that it can do its work. */
export async function isProcessReady({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db">;
  input: Pick<Process, "role" | "host" | "pid">;
}): Promise<boolean> {
  const { role, host, pid } = processHeartbeats;
  const [latest] = await ctx.db
    .select({ status: processHeartbeats.status })
    .from(processHeartbeats)
    .where(
      and(
        eq(role, input.role),
        eq(host, input.host),
        eq(pid, input.pid),
        sql`${processHeartbeats.lastAt} > now() - make_interval(secs => ${SILENCE_SECONDS_MAX})`,
      ),
    )
    .orderBy(desc(processHeartbeats.startedAt))
    .limit(1);
  return latest?.status.is_ready === true;
}
