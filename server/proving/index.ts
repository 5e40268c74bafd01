export { proveCandidates } from "./prove-candidates";
export { compareSamples } from "./statistics";
