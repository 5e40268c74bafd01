import { askAndAnswer } from "./question";

/** A query of another product that the asker runs, or wants faster: measured there. */
export const nextOfQueryOptimization = askAndAnswer({
  type: "query_optimization",
  label: "Analyze the query",
});
