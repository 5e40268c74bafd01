export { buildDecisionCard } from "./build-card";
export { describeCounts } from "./lines";
export {
  describeChange,
  describeLive,
  describeWorkload,
  formatMinutes,
  OUTCOME_LABELS,
} from "./live";
export { countOutcomes, outcomeOfQuery } from "./queries";
export type { CardSource } from "./source";
export { titleOfSuggestion } from "./title";
