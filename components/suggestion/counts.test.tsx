import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { FindingDetail } from "@/components/findings/finding-detail";
import type { Finding, MeasuredEvidence } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { EvidenceFacts, EvidenceMethod } from "./evidence-facts";
import { EvidencePanel } from "./evidence-panel";

const textOf = (page: ReactNode) =>
  renderToStaticMarkup(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

/** One of everything that is counted. */
const one: MeasuredEvidence = evidenceOf([queryEvidenceOf("q", 0.5, { pairs: 1, calls: 1 })], {
  sample: [
    { table: "small", rows: 1, rows_total: 1, method: "all" },
    { table: "half", rows: 1, rows_total: 1, method: "reservoir" },
  ],
  insert_cost: { rows: 1, baseline_ms: 2, candidate_ms: 2.4, ratio: 1.2 },
});
const finding: Finding = {
  ...{ finding_id: "f", kind: "outliers", severity: "info", table: "t", column: null },
  ...{ title: "", detail: "", remediation: { text: "", sql: null } },
  evidence: { rows: 1, rows_total: 1, values: {} },
};

test("one of a thing is never told in the plural", () => {
  const text = textOf(
    <>
      <EvidenceFacts evidence={one} />
      <EvidenceMethod evidence={one} />
      <EvidencePanel evidence={one} label="x" isFolded />
      <FindingDetail finding={finding} />
    </>,
  );
  expect(text).toContain("1 query replayed");
  expect(text).toContain("Latencies and 1 query");
  expect(text).toContain("the only row of small");
  expect(text).toContain("sample of 1 of 1 row of half");
  expect(text).not.toMatch(/\b1 (queries|rows|pairs|calls|threads|runs|interleaved pairs)\b/);
});
