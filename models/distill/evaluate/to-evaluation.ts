import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GgufFileType } from "node-llama-cpp";
import type {
  BaselineScores,
  ChoiceScores,
  ModelEvaluation,
  RegisterModel,
} from "@/server/contracts";
import { readHeader } from "@/server/inference/engine/model-file";
import type { Judged } from "./metrics";
import type { Report } from "./report";

/** A report as it is registered, without comparison. `tasks`: those that it may answer. */
export function toEvaluation(
  report: Report,
  tasks: readonly string[],
  calibration: Readonly<Record<string, number>>,
): ModelEvaluation {
  const { speed } = report;
  return {
    tasks: choiceScores(report),
    latency_ms: { p50: speed.latencyMsP50, p95: speed.latencyMsP95 },
    resident_bytes: Math.round(speed.residentMb * 1_048_576),
    trusted_tasks: [...tasks],
    calibration: { ...calibration },
  };
}

export function choiceScores(report: Report): Record<string, ChoiceScores> {
  return Object.fromEntries(
    report.choices.map(({ field, examples, student, rules, majority }) => [
      field,
      {
        ...{ accuracy: student.accuracy, majority: majority.accuracy, rules: rules.accuracy },
        // Null for answers without probability; a model's all have one.
        ...{ ece: student.calibrationError ?? 0, n: examples },
      },
    ]),
  );
}

type Answers = ReadonlyMap<string, readonly Judged[]>;

/**
 * The baseline's scores beside another's on the same questions in the same order, by field.
 * Throws a RangeError where the questions were not the same.
 */
export function baselineScores(
  baseline: { report: Report; answers: Answers },
  other: Answers,
): Record<string, BaselineScores> {
  return Object.fromEntries(
    baseline.report.choices.map(({ field, student }) => {
      const pairs = pair(field, baseline.answers.get(field), other.get(field));
      return [
        field,
        {
          ...{ accuracy: student.accuracy, ece: student.calibrationError ?? 0 },
          lost: pairs.filter(([was, is]) => was && !is).length,
          won: pairs.filter(([was, is]) => !was && is).length,
        },
      ];
    }),
  );
}

function pair(field: string, one: readonly Judged[] = [], other: readonly Judged[] = []) {
  return one.map(({ said, right }, at): [boolean, boolean] => {
    const same = other[at];
    if (same?.right !== right || one.length !== other.length) {
      throw new RangeError(`Question ${at} of ${field} was not the same for both models.`);
    }
    return [said === right, same.said === same.right];
  });
}

/** What a GGUF says of itself, as it is registered. Throws `not_found`, `invalid_input`. */
export async function describeModel(
  file: string,
): Promise<Pick<RegisterModel, "sha256" | "parameters" | "quantization">> {
  const { parameters, fileType } = await readHeader(file);
  const name = fileType === null ? undefined : GgufFileType[fileType];
  return {
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    parameters,
    quantization: name?.replace(/^MOSTLY_|^ALL_/, "") ?? "unknown",
  };
}
