import { askAndAnswer } from "./question";

/** A join of two products: types and keys are compared by samples of both sides, as salted hashes. */
export const nextOfCoordination = askAndAnswer({
  type: "coordination_request",
  label: "Compare the keys",
  isReady: ({ subject }) => subject.sample !== undefined,
});
