export { apply, startSearch } from "./apply";
export { BESIDE_OTHERS } from "./apply-step";
export { suggestedSet } from "./choose";
export { concludeSearch, describeUpdate } from "./conclude";
export { next } from "./next";
export { orderCandidates } from "./order";
export { setsInUse } from "./sets";
export type {
  Action,
  ActionResult,
  ChosenSet,
  MeasuringAction,
  Member,
  SearchState,
  StepResult,
  StoppingThresholds,
  TimeLimits,
} from "./state";
export { createClock } from "./time";
