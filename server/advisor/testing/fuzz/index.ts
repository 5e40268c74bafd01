export { describePlanFault, fuzzPlans } from "./fuzz-plans";
