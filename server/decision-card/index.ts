export { buildDecisionCard } from "./build-card";
export { describeCounts } from "./lines";
export { countOutcomes, outcomeOfQuery } from "./queries";
export type { CardSource } from "./source";
export { titleOfSuggestion } from "./title";
