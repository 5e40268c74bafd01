import type { ConversationKind } from "@/server/contracts";
import { nextOfCoordination } from "./coordination";
import type { Step, View } from "./machine";
import { nextOfQualityAlert } from "./quality-alert";
import { nextOfQueryOptimization } from "./query-optimization";
import { nextOfResourceScale } from "./resource-scale";
import { nextOfSchemaChange } from "./schema-change";

export type * from "./machine";
export { isBegun } from "./machine";
export { checkSequence, type Taken, takeMessage } from "./take-message";

const MACHINES: Record<ConversationKind, (view: View) => Step | null> = {
  schema_change: nextOfSchemaChange,
  query_optimization: nextOfQueryOptimization,
  quality_alert: nextOfQualityAlert,
  resource_scale: nextOfResourceScale,
  coordination: nextOfCoordination,
};

/**
 * What happens next in a conversation, from what is known alone; null: it waits, or has ended. May be
 * asked at any time and however often.
 */
export const nextStep = (view: View): Step | null => MACHINES[view.kind](view);
