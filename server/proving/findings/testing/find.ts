import type { Finding } from "@/server/contracts";
import type { FindingInput } from "../check-context";
import { collectFindings } from "../collect-findings";
import { createTestShadow, type ShadowOptions } from "./shadow";

/** All findings on tables made by the statements. */
export async function findIn(
  statements: string[],
  options: ShadowOptions & { input?: Partial<FindingInput> } = {},
): Promise<Finding[]> {
  const { input = {}, ...rest } = options;
  const shadow = await createTestShadow(statements, rest);
  try {
    return await collectFindings({ ...shadow.input, ...input });
  } finally {
    shadow.close();
  }
}

export const ofKind = (findings: Finding[], kind: Finding["kind"]) =>
  findings.filter((finding) => finding.kind === kind);
