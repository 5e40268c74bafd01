export { learnFromOutcomes, listLearned, loadLearnedGains, undoLearned } from "./thresholds";
