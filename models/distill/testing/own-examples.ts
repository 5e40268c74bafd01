import type { TrainingExample } from "@/server/contracts";
import { priorExample } from "./toy";

const WORDS = ["invoice", "shipment", "ledger", "claim"];

/**
 * What a place shows that the toy model was not made for: of tables named here, changes gain three
 * buckets less than the toy's rule says. Each of 400 combinations is a change of its own.
 */
export function ownExamples(): TrainingExample[] {
  return WORDS.flatMap((word) =>
    Array.from({ length: 100 }, (_, at): TrainingExample => {
      const [rows, share] = [at % 10, Math.floor(at / 10)];
      const example = priorExample(rows, share);
      const gain = String(Math.max(0, Math.floor((rows + 9 - share) / 2) - 3));
      return {
        ...example,
        ...{ id: `own-${word}-${at}`, family: "live:toy", group: `${word} ${at}` },
        prompt: `prior ${word}_due rows=${rows} share=${share}`,
        answer: `{"gain":${gain}}`,
        soft: [{ at: 8, choices: { [gain]: 1 } }],
        ...{ basis: "live", weight: 3 },
      };
    }),
  );
}
