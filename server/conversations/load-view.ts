import { and, asc, desc, eq, inArray } from "drizzle-orm";
import {
  agentMessages,
  conversationParties,
  operations,
  reviews,
  suggestionItems,
  suggestions,
} from "@/drizzle/schema";
import {
  type AnswerEvidence,
  comparedTimes,
  hasMeasuredCost,
  type MeasuredEvidence,
  rollbackOf,
} from "@/server/contracts";
import { formatInterval } from "@/server/format";
import type { ServiceContext, Transaction } from "@/server/platform";
import { approvalRule } from "./approval-rule";
import type { PartyView, SuggestionView, View } from "./machines";
import type { ConversationRow } from "./transition";

export type PartyRow = typeof conversationParties.$inferSelect;

function loadParties(tx: Transaction, id: string): Promise<PartyRow[]> {
  return tx
    .select()
    .from(conversationParties)
    .where(eq(conversationParties.conversationId, id))
    .orderBy(asc(conversationParties.agentId));
}

/** All that is known of a conversation whose row the caller has locked. */
export async function loadView({
  tx,
  ctx,
  input: { row, refused },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { row: ConversationRow; refused: View["refused"] };
}): Promise<{ view: View; parties: PartyRow[] }> {
  const parties = await loadParties(tx, row.id);
  const lost = row.state === "proposed" ? await loadUndelivered(tx, row.id) : new Map();
  const refusedHere = await loadRefused(tx, row);
  const suggestion = row.suggestionId === null ? null : await loadSuggestion(tx, row.suggestionId);
  const { answer } = row;
  const view: View = {
    ...{ kind: row.kind, role: row.role, state: row.state, round: row.round },
    subject: row.subject,
    parties: parties.map(({ agentId, state, reasons }) =>
      toPartyView({ agentId, state, reasons }, { lost, refusedHere, role: row.role }),
    ),
    suggestion: suggestion?.view ?? null,
    hasOwnChanges: row.ownChanges.length > 0,
    answer: answer && { ...answer, evidence: { ...answer.evidence, ...suggestion?.evidence } },
    approval: await approvalRule({ tx, ctx, input: { changes: row.ownChanges } }),
    ...{ refused, now: ctx.clock.now(), expiresAt: row.expiresAt },
  };
  return { view, parties };
}

/**
 * Parties that our question was refused by, or found no way to, and why. What is only late stays on its way
 * until the conversation expires.
 */
async function loadUndelivered(tx: Transaction, id: string): Promise<Map<string, string>> {
  const rows = await tx
    .select({ agentId: agentMessages.recipientId, error: agentMessages.lastError })
    .from(agentMessages)
    .where(
      and(
        eq(agentMessages.conversationId, id),
        eq(agentMessages.direction, "outbound"),
        eq(agentMessages.deliveryStatus, "dead"),
        inArray(agentMessages.deadReason, ["refused", "no_route"]),
      ),
    );
  return new Map(rows.map(({ agentId, error }) => [agentId, error ?? "It was refused."]));
}

/** Parties of whom a person here refused a message, and why: it is as if they could not go on. */
async function loadRefused(tx: Transaction, { id }: ConversationRow): Promise<Map<string, string>> {
  const rows = await tx
    .select({ agentId: agentMessages.senderId, error: agentMessages.lastError })
    .from(agentMessages)
    .where(
      and(
        eq(agentMessages.conversationId, id),
        eq(agentMessages.direction, "inbound"),
        eq(agentMessages.deadReason, "refused_here"),
      ),
    );
  return new Map(rows.map(({ agentId, error }) => [agentId, error ?? "It was refused."]));
}

/** Another message of theirs is still waited for, so that one that is lost matters. */
const WAITED_FOR: readonly PartyView["state"][] = ["invited", "accepted", "countered"];

function toPartyView(
  party: PartyView,
  given: {
    lost: ReadonlyMap<string, string>;
    refusedHere: ReadonlyMap<string, string>;
    role: ConversationRow["role"];
  },
): PartyView {
  const { lost, refusedHere, role } = given;
  const why = lost.get(party.agentId);
  if (why !== undefined && party.state === "invited") {
    return { ...party, state: "failed", reasons: [`Our message could not be delivered: ${why}`] };
  }
  const refusal = refusedHere.get(party.agentId);
  if (refusal === undefined || !WAITED_FOR.includes(party.state)) return party;
  const state = role === "initiator" ? "failed" : "cancelled";
  return { ...party, state, reasons: [`Its message was refused here: ${refusal}`] };
}

async function loadSuggestion(
  tx: Transaction,
  id: string,
): Promise<{ view: SuggestionView; evidence: AnswerEvidence } | null> {
  // Held until the end: whether it is executed does not change below what is decided here.
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row === undefined) return null;
  const items = await tx
    .select()
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id))
    .orderBy(asc(suggestionItems.ordinal));
  const [revert] = await tx
    .select({ state: operations.state })
    .from(operations)
    .where(and(eq(operations.suggestionId, id), eq(operations.kind, "revert")))
    .orderBy(desc(operations.createdAt))
    .limit(1);
  const reason = row.state === "rejected" ? await rejectionOf(tx, id) : (row.error?.message ?? "");
  const losing = items.find(({ role }) => role === "alternative")?.verdict?.reason ?? "";
  const measured = row.setEvidence ?? measuredOf(items);
  const titles = items
    .filter(({ role }) => role === "suggested")
    .map((item) => item.candidate.title);
  return {
    view: {
      state: row.state,
      reason: reason === "" && row.state === "no_gain" ? losing : reason,
      summary: summarize(titles, measured),
      cost: costOf(items),
      rollback: rollbackOf(row.state, revert?.state),
    },
    evidence: evidenceOf(id, measured),
  };
}

/** With what is said before it, no longer than a reason of a message may be. */
const COST_LENGTH_MAX = 800;

function costOf(items: readonly (typeof suggestionItems.$inferSelect)[]): string | null {
  const costly = items.find(({ verdict }) => hasMeasuredCost(verdict));
  return costly?.candidate.drawbacks[0]?.slice(0, COST_LENGTH_MAX) ?? null;
}

async function rejectionOf(tx: Transaction, id: string): Promise<string> {
  const [review] = await tx
    .select({ reason: reviews.reason })
    .from(reviews)
    .where(and(eq(reviews.suggestionId, id), eq(reviews.verdict, "rejected")))
    .orderBy(desc(reviews.at))
    .limit(1);
  return review?.reason ?? "";
}

function measuredOf(items: readonly (typeof suggestionItems.$inferSelect)[]) {
  const [first] = items.flatMap(({ evidence }) =>
    evidence?.basis === "measured" ? [evidence] : [],
  );
  return first ?? null;
}

function summarize(titles: string[], measured: MeasuredEvidence | null): string {
  if (titles.length === 0) return "";
  const gain = measured === null ? "" : ` (gain ${formatInterval(measured.workload.gain)})`;
  return `Measured on a copy: ${titles.join("; ")}${gain}. It waits for a person.`;
}

function evidenceOf(id: string, measured: MeasuredEvidence | null): AnswerEvidence {
  if (measured === null) return { suggestion_id: id, is_measured: false };
  const { gain } = measured.workload;
  return {
    suggestion_id: id,
    is_measured: true,
    rows: measured.sample.reduce((sum, { rows }) => sum + rows, 0),
    workload_gain: { estimate: gain.value, low: gain.low, high: gain.high },
    ...queriesOf(measured),
  };
}

const QUERIES_MAX = 20;

/** Latencies of each query that was replayed, before and with the change, ms: as its gain compares them. */
function queriesOf({ queries }: MeasuredEvidence) {
  const shown = queries.slice(0, QUERIES_MAX).map((query) => ({
    sql: query.sql.slice(0, 400),
    ...comparedTimes(query),
  }));
  return shown.length === 0 ? {} : { queries: shown };
}
