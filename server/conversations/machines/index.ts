import type { ConversationKind } from "@/server/contracts";
import type { Step, View } from "./machine";
import { askAndAnswer } from "./question";
import { nextOfSchemaChange } from "./schema-change";

export { cancelMove } from "./cancel";
export type * from "./machine";
export { checkSequence, type Taken, takeMessage } from "./take-message";

const MACHINES: Record<ConversationKind, (view: View) => Step | null> = {
  schema_change: nextOfSchemaChange,
  // A query of another product that the asker runs, or wants faster: measured there.
  query_optimization: askAndAnswer({ label: "Analyze the query" }),
  // Something is wrong with data that another product holds, too: it says what that touches there.
  quality_alert: askAndAnswer({ label: "Check the data" }),
  // More, or fewer, resources: the other product says what it has; a person decides there.
  resource_scale: askAndAnswer({ label: "Look up resources" }),
  // A join of two products: types and keys are compared by samples of both sides, as salted hashes.
  coordination: askAndAnswer({
    label: "Compare the keys",
    isReady: ({ subject }) => subject.sample !== undefined,
  }),
};

/**
 * What happens next in a conversation, from what is known alone; null: it waits, or has ended. May be
 * asked at any time and however often.
 */
export const nextStep = (view: View): Step | null => MACHINES[view.kind](view);
