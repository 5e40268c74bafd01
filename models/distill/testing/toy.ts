import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { TrainingExample } from "@/server/contracts";
import type { Example } from "../evaluate/examples";

/**
 * A model of 107 000 parameters that learnt the toy data set: `npm run distill -- self-test --out DIR`
 * makes it anew (DIR/models).
 */
export const TOY_MODEL = fileURLToPath(new URL("toy-q8_0.gguf", import.meta.url));

/** The toy's rule: gain = (rows + 9 - share) / 2, rounded down. */
export function priorExample(rows: number, share: number): Example {
  const gain = String(Math.floor((rows + 9 - share) / 2));
  return {
    id: `prior-${rows}-${share}`,
    task: "prior",
    family: "toy",
    prompt: `prior order_price rows=${rows} share=${share}`,
    answer: `{"gain":${gain}}`,
    soft: [{ at: 8, choices: { [gain]: 0.9, "0": gain === "0" ? 0.9 : 0.1 } }],
    rules: '{"gain":5}',
  };
}

const OPINIONS = [
  ["amount DECIMAL", "accept", "fits"],
  ["e-mail VARCHAR", "reject", "sensitive_data"],
  ["amount VARCHAR", "counter", "type_mismatch"],
] as const;

export function opinionExample(index: number): Example {
  const [column, opinion, reason] = OPINIONS[index % OPINIONS.length] ?? OPINIONS[0];
  return {
    id: `opinion-${index}`,
    task: "opinion",
    family: "toy",
    prompt: `opinion on order.price: ${column}`,
    answer: `{"opinion":"${opinion}","reason":"${reason}"}`,
    soft: [
      { at: 12, choices: { [opinion]: 1 } },
      { at: 12 + opinion.length + '","reason":"'.length, choices: { [reason]: 1 } },
    ],
    rules: '{"opinion":"accept","reason":"fits"}',
  };
}

export function toyExamples(): Example[] {
  return [
    ...Array.from({ length: 20 }, (_, i) => priorExample(i % 10, (i * 3) % 10)),
    ...Array.from({ length: 6 }, (_, i) => opinionExample(i)),
  ];
}

/** A data set's folder in the system's temporary one. */
export function writeDataset(splits: Record<string, readonly Example[]>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "toy-"));
  for (const [split, examples] of Object.entries(splits)) {
    const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join("");
    writeFileSync(path.join(folder, `${split}.jsonl.gz`), gzipSync(lines));
  }
  return folder;
}

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
