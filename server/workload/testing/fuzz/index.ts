export { type FuzzResult, fuzzRewrites } from "./fuzz-rewrites";
export { describeDifference } from "./shrink";
