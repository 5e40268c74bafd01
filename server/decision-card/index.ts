export { buildDecisionCard } from "./build-card";
export { describeCounts, describeGain, describeTrackRecord } from "./lines";
export { countOutcomes, outcomeOfQuery } from "./queries";
export { type CardSource, decidedItems } from "./source";
export { titleOfSuggestion } from "./title";
