import type { ConversationTarget, StartConversation } from "@/server/contracts";

/** What a person has filled in so far. */
export interface SchemaChangeDraft {
  table: string;
  column: string;
  type: string;
  default: string;
  purpose: string;
  isRequired: boolean;
  targets: ConversationTarget[];
}

export const EMPTY_DRAFT: SchemaChangeDraft = {
  ...{ table: "", column: "", type: "", default: "", purpose: "" },
  isRequired: false,
  targets: [],
};

/** What keeps a form from being sent, and at which field. */
export interface Problem {
  field: keyof SchemaChangeDraft;
  message: string;
}

const MISSING = [
  { field: "table", message: "Name the table." },
  { field: "column", message: "Name the new column." },
  { field: "type", message: "Give a type of DuckDB." },
] as const satisfies Problem[];

type Request = Pick<StartConversation, "kind" | "subject" | "targets" | "reason">;

/** The request that a filled-in form means, or the first thing that is missing. */
export function readDraft(draft: SchemaChangeDraft): { request: Request } | { problem: Problem } {
  const missing = MISSING.find(({ field }) => draft[field].trim() === "");
  if (missing !== undefined) return { problem: missing };
  const text = draft.default.trim();
  if (draft.isRequired && text === "") {
    const message = "A required column needs a default for the rows that exist.";
    return { problem: { field: "default", message } };
  }
  if (draft.targets.length === 0) {
    return { problem: { field: "targets", message: "Choose whom to ask." } };
  }
  const purpose = draft.purpose.trim();
  const details = {
    table: draft.table.trim(),
    column_name: draft.column.trim(),
    column_type: draft.type.trim(),
    required: draft.isRequired,
    description: purpose,
    purpose,
    ...(text === "" ? {} : { default: text }),
  };
  const subject = { operation: "add_column", details };
  return {
    request: { kind: "schema_change", subject, targets: draft.targets, reason: purpose },
  };
}
