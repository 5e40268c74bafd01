export {
  type CostModel,
  composeGains,
  netGain,
  type ProofWeights,
  type WeighedInserts,
} from "./gain-arithmetic";
export {
  applyGains,
  bestCaseGain,
  expectedGain,
  inverseGain,
  type ResidualTime,
  significantGain,
  type TimedQuery,
  totalTimeMs,
} from "./residual-time";
export {
  evidenceOfSome,
  isSurelyChanged,
  keepGainingTexts,
  type WorkloadModel,
  workloadEvidence,
} from "./workload-gain";
