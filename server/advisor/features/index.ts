export { candidateFeatures } from "./candidate-features";
export { CandidateFeatures } from "./types";
