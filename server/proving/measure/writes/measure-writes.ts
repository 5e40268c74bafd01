import path from "node:path";
import type { Change } from "@/server/contracts";
import { shortSql } from "@/server/format";
import { affectedReplays, tablesOf } from "../affected";
import { queryTimeoutMs } from "../prepare-workload";
import type { PairedSamples, PlanProfile, Replay } from "../replay";
import type { MeasuringRoom } from "../room";
import { copyShadow, openSession, removeStaleWork, type Session } from "../shadow";
import type { ShadowVariant } from "../variants";
import { createKeyChecks } from "./new-keys";
import { areAlike, committing, profileWrite, tryWrite, type WriteOutcome } from "./try-write";

/** Copies of both sides that may be written to, for the writes that the changes may touch. */
export interface WriteSides {
  /** A sentence on the first write that does not end as it does without the changes; null: none. */
  findBroken(): Promise<string | null>;
  /** Pairs of the writes that are timed, each with its commit. */
  sample(
    measure: (
      sides: { before: Session; after: Session },
      writes: WritePairs,
    ) => Promise<PairedSamples[]>,
  ): Promise<PairedSamples[]>;
  /** What each timed write does under the changes, by DuckDB's profiler. */
  profile(samples: readonly PairedSamples[]): Promise<Map<Replay, PlanProfile>>;
  close(): Promise<void>;
}

type WritePairs = ReturnType<typeof affectedReplays>;

/** null where no write of the workload uses a table that the judged changes change. */
export async function openWriteSides(
  room: MeasuringRoom,
  sides: { before: ShadowVariant; after: ShadowVariant },
  judged: readonly Change[],
): Promise<WriteSides | null> {
  const tables = new Set(judged.flatMap(tablesOf));
  const writes = room.writes.filter(({ query }) =>
    query.shape.tables.some((name) => tables.has(name)),
  );
  // Where only texts differ, nothing is written otherwise.
  if (writes.length === 0 || sides.before.file === sides.after.file) return null;
  const keys = createKeyChecks(room, judged);
  const timed = affectedReplays(
    writes.filter((write) => write.isTimed && !keys.isUntimed(write)),
    judged,
    { before: [], after: [] },
    room.input,
  );
  // How writes end without the changes is known: that side is needed where some are timed.
  const opened = await openCopies(room, sides, timed.length > 0);
  const { before, after } = opened;
  const timeoutMs = queryTimeoutMs(room.input);
  return {
    async findBroken() {
      for (const write of writes) {
        for (const check of write.checks) {
          const now = await tryWrite(after, check.text, timeoutMs);
          if (areAlike(check.outcome, now)) continue;
          if (await keys.isOfKnownRows(write, { ...check, now }, timeoutMs)) continue;
          return describeBroken(write.query.shape.sql, check.outcome, now);
        }
      }
      return null;
    },
    sample: (measure) =>
      before === null
        ? Promise.resolve([])
        : measure({ before: committing(before), after: committing(after) }, timed),
    async profile(samples) {
      const profiles = new Map<Replay, PlanProfile>();
      for (const { replay } of samples) {
        const text = replay.texts[0] ?? replay.query.shape.sql;
        profiles.set(replay, await profileWrite(after, text));
      }
      return profiles;
    },
    close: opened.close,
  };
}

/** Fresh copies on both sides: what earlier writes left behind would slow one of them. */
async function openCopies(
  room: MeasuringRoom,
  { before, after }: { before: ShadowVariant; after: ShadowVariant },
  isTimed: boolean,
) {
  const opened: { session: Session; file: string }[] = [];
  const close = async () => {
    for (const { session, file } of opened.splice(0)) {
      session.close();
      for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
    }
  };
  const open = async (side: string, from: string) => {
    const file = path.join(room.input.workDir, `write-${side}.duckdb`);
    await copyShadow(from, file);
    const session = await openSession({ file, threads: room.threads, signal: room.input.signal });
    opened.push({ session, file });
    return session;
  };
  try {
    return {
      before: isTimed ? await open("before", before.file) : null,
      after: await open("after", after.file),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function describeBroken(sql: string, before: WriteOutcome, after: WriteOutcome): string {
  const what = shortSql(sql);
  if ("message" in after) return `${what} fails: ${after.message}`;
  if ("message" in before)
    return `${what} was refused before (${before.message}), and is not any more`;
  return `${what} changes ${after.rows} ${after.rows === "1" ? "row" : "rows"} where it changed ${before.rows}`;
}
