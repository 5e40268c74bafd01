import {
  type Conversation,
  type ConversationParty,
  type ProposalDetails,
  SchemaProposalSubject,
} from "@/server/contracts";
import { formatList } from "@/server/format";
import type { ConversationRow } from "./transition";

const LENGTH_MAX = 120;

/** A text of another agent as it may stand in a title. */
const cut = (text: unknown): string =>
  (typeof text === "string" ? text : "").slice(0, LENGTH_MAX) || "?";

const PROPOSALS: Record<SchemaProposalSubject["operation"], (details: ProposalDetails) => string> =
  {
    add_column: (of) => `Add column ${cut(of.column_name)} to ${cut(of.table)}`,
    drop_column: (of) => `Drop column ${cut(of.column_name)} of ${cut(of.table)}`,
    change_type: (of) => `Change ${cut(of.table)}.${cut(of.column_name)} to ${cut(of.column_type)}`,
    rename_column: (of) => `Rename ${cut(of.table)}.${cut(of.column_name)} to ${cut(of.new_name)}`,
    add_table: (of) => `Add table ${cut(of.table)}`,
  };

/** What a proposal is about, in a few words. */
function describeProposal({ operation, details }: SchemaProposalSubject): string {
  return PROPOSALS[operation](details);
}

const endOf = (reference: unknown): string => {
  const { table, column } = (reference ?? {}) as Record<string, unknown>;
  return `${cut(table)}.${cut(column)}`;
};

/** What a conversation is called. */
export function titleOf({ kind, subject }: Pick<ConversationRow, "kind" | "subject">): string {
  switch (kind) {
    case "schema_change": {
      const parsed = SchemaProposalSubject.safeParse(subject);
      return parsed.success ? describeProposal(parsed.data) : "Schema change";
    }
    case "query_optimization":
      return `Optimize a query${subject.table ? ` of ${cut(subject.table)}` : ""}`;
    case "quality_alert":
      return `Data quality of ${cut(subject.table)}${subject.column ? `.${cut(subject.column)}` : ""}`;
    case "resource_scale":
      return `${subject.direction === "down" ? "Fewer" : "More"} resources: ${cut(subject.resource)}`;
    case "coordination":
      return `Join ${endOf(subject.left)} and ${endOf(subject.right)}`;
  }
}

/** Whom it waits for now, where that changes with every answer; null: its status note says it. */
export function waitsFor(
  { state }: Pick<ConversationRow, "state">,
  parties: readonly ConversationParty[],
): Conversation["status_note"] | null {
  const missing = (isDone: (party: ConversationParty) => boolean) =>
    formatList(parties.filter((party) => !isDone(party)).map(({ agent_id }) => agent_id));
  switch (state) {
    case "proposed":
      return `Waiting for the answer of ${missing((party) => party.state !== "invited")}.`;
    case "completed":
      return `Executed. Waiting for ${missing((party) => party.state === "synced")} to follow.`;
    default:
      return null;
  }
}
