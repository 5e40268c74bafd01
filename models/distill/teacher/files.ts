/** Raw records of the experiments, not kept. */
export const RAW_FILE = ".data/distill/experiments.jsonl";
/** What is kept of them: features and measured gains. */
export const MEASURED_FILE = "models/distill/teacher/measured.jsonl.gz";
/** How well the cost model foretells what it was not fitted on. */
export const REPORT_FILE = "models/distill/teacher/cost-model.json";
