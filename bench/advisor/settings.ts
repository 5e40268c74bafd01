import { launchEnv } from "@/server/platform";

/** How a proof judges: what ProofInput takes of the product's settings. */
export interface ProofSettings {
  rowsMax: number;
  gainMin: number;
  weights: { storage: number; write: number };
}

/** The settings of this installation; without any, those a sidecar has by itself. */
export function proofSettings(): ProofSettings {
  const env = launchEnv();
  return {
    rowsMax: env.PROOF_ROWS_MAX,
    gainMin: env.PROOF_GAIN_MIN,
    weights: { storage: env.PROOF_STORAGE_WEIGHT, write: env.PROOF_WRITE_WEIGHT },
  };
}
