import { type SQL, sql } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { type DeadReason, TRANSITIONS, type TransitionName } from "@/server/contracts";
import { notify } from "@/server/notify";
import type { Database, ServiceContext, Transaction } from "@/server/platform";

/** One message's part of a transition, with what is written beside its state. */
export interface MessageMove {
  /** Key of its row. */
  id: string;
  /** Not taken again before so many milliseconds have passed. */
  delayMs?: number;
  via?: "broker" | "http";
  deadReason?: DeadReason;
  /** For administrators. */
  error?: string;
  /** Who released it. */
  releasedBy?: string;
}

const ERROR_LENGTH_MAX = 2000;

/** What is given of each message, as a table of the statement. */
function givenOf(moves: readonly MessageMove[]): SQL {
  const rows = moves.map(({ error, ...move }) => ({
    ...move,
    ...(error === undefined ? {} : { error: error.slice(0, ERROR_LENGTH_MAX) }),
  }));
  return sql`select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as g(
    id uuid, "delayMs" float8, via text, "deadReason" text, error text, "releasedBy" text)`;
}

const later = sql`now() + make_interval(secs => coalesce(g."delayMs", 0) / 1000)`;

/** Columns that each transition writes beside the state. */
const WRITTEN: Record<TransitionName<"message">, SQL> = {
  send: sql`attempts = m.attempts + 1, next_at = ${later}, via = g.via`,
  deliver: sql`finished_at = now(), via = coalesce(g.via, m.via), last_error = null`,
  handle: sql`finished_at = now(), attempts = m.attempts + 1, last_error = null`,
  quarantine: sql`last_error = null`,
  release: sql`attempts = 0, next_at = now(), due_at = now(), released_at = now(), released_by = g."releasedBy"`,
  refuse: sql`finished_at = now(), dead_reason = 'refused_here', last_error = g.error`,
  bury: sql`finished_at = now(), dead_reason = g."deadReason",
    last_error = coalesce(g.error, m.last_error)`,
  replaySending: sql`attempts = 0, next_at = now(), due_at = now(), finished_at = null, dead_reason = null`,
  replayHandling: sql`attempts = 0, next_at = now(), due_at = now(), finished_at = null, dead_reason = null,
    expires_at = now() + (m.expires_at - m.sent_timestamp)`,
  discard: sql`finished_at = now()`,
};

const isTo = (recipientId: string | undefined): SQL =>
  recipientId === undefined ? sql`true` : sql`m.recipient_id = ${recipientId}`;

const isOneOf = (states: readonly string[]): SQL =>
  sql`m.delivery_status in (${sql.join(
    states.map((state) => sql`${state}`),
    sql`, `,
  )})`;

/**
 * The given rows that are in one of some states, locked in the order of their keys. Each is looked up by its key,
 * and its state read once it is locked: joined as a whole, the planner takes all open messages for few and compares
 * each of them with each given one.
 */
const heldOf = (states: readonly string[], recipientId: string | undefined): SQL => sql`
  select m.message_id from (select id from given order by id) g
  cross join lateral (
    select o.message_id, o.delivery_status, o.recipient_id from ${agentMessages} o
    where o.message_id = g.id for update
  ) m
  where ${isOneOf(states)} and ${isTo(recipientId)}`;

interface Moving {
  transition: TransitionName<"message">;
  moves: readonly MessageMove[];
  /** Only messages to this agent. */
  recipientId?: string;
}

interface TransitionStep<Input> {
  /** Without a transaction around it the statement is one by itself. */
  tx: Database | Transaction;
  ctx: Pick<ServiceContext, "actor" | "requestId">;
  input: Input;
}

/**
 * The only way messages change state: all of them, each on the condition that it is in the state before, with their
 * audit rows, in one statement of the caller's transaction. Answers the keys of those that did; the others were in another state, as
 * when somebody else came first, or are not that recipient's. Rows are locked in the order of their keys, so
 * that two such transactions wait for each other instead of deadlocking. Live pages are told by the caller, after
 * the commit: PostgreSQL commits transactions that notify one after another, each with its write to the disk.
 */
export async function transitionMessages({
  tx,
  ctx,
  input,
}: TransitionStep<Moving>): Promise<string[]> {
  if (input.moves.length === 0) return [];
  if (input.transition !== "bury") return moveAll({ tx, ctx, input });
  return tx.transaction(async (step) => {
    const buried = await moveAll({ tx: step, ctx, input });
    await tellOfDeadLetters(step, ctx, buried);
    return buried;
  });
}

async function moveAll({
  tx,
  ctx,
  input: { transition, moves, recipientId },
}: TransitionStep<Moving>): Promise<string[]> {
  const { from, to, action } = TRANSITIONS.message[transition];
  const { actor, requestId } = ctx;
  const before = JSON.stringify({ state: from.length === 1 ? from[0] : from });
  const moved = await tx.execute<{ id: string }>(sql`
    with given as (${givenOf(moves)}),
    held as materialized (${heldOf(from, recipientId)}),
    moved as (
      update ${agentMessages} m set delivery_status = ${to}, ${WRITTEN[transition]}
      from given g join held h on h.message_id = g.id
      where m.message_id = g.id
      returning m.message_id, m.dead_reason, m.last_error, m.via
    ),
    audited as (
      insert into audit_events
        (actor_kind, actor_id, actor_label, action, subject_type, subject_id, before, after, request_id)
      select ${actor.kind}, ${actor.id}, ${actor.label}, ${action}, 'message', message_id::text,
        ${before}::text::jsonb,
        jsonb_strip_nulls(jsonb_build_object('state', ${to}::text, 'via', via,
          'dead_reason', dead_reason, 'last_error', last_error)),
        ${requestId}
      from moved
    )
    select message_id as id from moved`);
  return moved.map(({ id }) => id);
}

/** One notification of all that died together. */
async function tellOfDeadLetters(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor">,
  ids: readonly string[],
): Promise<void> {
  const [id] = ids;
  if (id === undefined) return;
  const subject = { type: "message", id } as const;
  const details = { count: ids.length };
  await notify({ tx, ctx, input: { event: "message_dead", subject, details } });
}

/**
 * Has messages taken again after their delay, in the state they are in: after a failed attempt (which
 * counts), or while something else has to happen first. Locks like transitionMessages.
 */
export async function postponeMessages({
  tx,
  input: { moves, isAttempt, recipientId },
}: {
  tx: Database | Transaction;
  input: { moves: readonly MessageMove[]; isAttempt: boolean; recipientId?: string };
}): Promise<void> {
  if (moves.length === 0) return;
  await tx.execute(sql`
    with given as (${givenOf(moves)}),
    held as materialized (${heldOf(["queued", "sent", "received"], recipientId)})
    update ${agentMessages} m set next_at = ${later}, attempts = m.attempts + ${isAttempt ? 1 : 0},
      via = coalesce(g.via, m.via), last_error = coalesce(g.error, m.last_error)
    from given g join held h on h.message_id = g.id
    where m.message_id = g.id`);
}
