import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { retentionPeriods } from "@/drizzle/schema";
import { RetentionSubject } from "@/server/contracts";
import { createRoot, RETENTION_DAYS, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { pruneAll } from "./prune";

let database: TestDatabase;
const ctx = () => systemContext(createRoot("test", { db: database.db }), "test");

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.execute(sql`
    insert into users (id, email, name, roles)
    values ('00000000-0000-4000-8000-000000000001', 'ann@example.org', 'Ann', '[]')`);
});
afterAll(() => database.drop());

/** Stores a row of each kind as it is when it was done with at this moment. */
const ROWS: Record<RetentionSubject, (at: SQL) => SQL> = {
  messages: (at) => sql`
    insert into agent_messages (message_id, sender_id, recipient_id, message_type, content,
      sent_timestamp, delivery_status, direction, envelope, signature_state, digest, priority,
      due_at, expires_at, finished_at)
    values (gen_random_uuid(), 'a', 'b', 'proposal', '{}', ${at}, 'handled', 'inbound', '{}', 'verified',
      'd', 'normal', ${at}, ${at}, ${at})`,
  refusals: (at) => sql`
    insert into message_refusals (hour, reason, claimed_sender, count, last_at)
    values (date_trunc('hour', ${at}), 'unsigned', 'x', 1, ${at})`,
  jobs: (at) => sql`
    insert into jobs (kind, subject_id, state, finished_at)
    values ('prove', gen_random_uuid()::text, 'done', ${at})`,
  sessions: (at) => sql`
    insert into sessions (user_id, network, created_at, expires_at, ended_at)
    values ('00000000-0000-4000-8000-000000000001', 'n', ${at}, ${at}, ${at})`,
  notifications: (at) => sql`
    insert into notifications (event, subject_type, subject_id, actor_key, actor_label, created_at)
    values ('reverted', 'suggestion', 's', 'system:t', 't', ${at})`,
};

/** A row an hour or two too old, and one that is kept for some hours yet. */
async function addRows(subject: RetentionSubject, days: number): Promise<void> {
  const age = (hours: number) => sql`now() - make_interval(hours => ${hours}::int)`;
  await database.db.execute(ROWS[subject](age(days * 24 + 2)));
  await database.db.execute(ROWS[subject](age(days * 24 - 4)));
}

const ONE_EACH = Object.fromEntries(RetentionSubject.options.map((subject) => [subject, 1]));

test("of every kind of row that has a period, what is older is deleted and the rest kept", async () => {
  for (const subject of RetentionSubject.options) await addRows(subject, RETENTION_DAYS[subject]);
  expect(await pruneAll({ ctx: ctx() })).toEqual(ONE_EACH);
});

test("the periods that an administrator chose count instead", async () => {
  for (const subject of RetentionSubject.options) {
    const days = RETENTION_DAYS[subject] + 10;
    await database.db.insert(retentionPeriods).values({ subject, days, updatedBy: "ann" });
    await addRows(subject, days);
  }
  expect(await pruneAll({ ctx: ctx() })).toEqual(ONE_EACH);
});
