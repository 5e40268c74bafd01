export { fuzzRewrites } from "./fuzz-rewrites";
export { describeDifference } from "./shrink";
