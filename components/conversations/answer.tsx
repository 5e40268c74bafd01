import { CodeText, type Fact, Facts } from "@/components/common/blocks";
import type { AnswerEvidence } from "@/server/contracts";
import { formatCount, formatInterval } from "@/server/format";

/** Why an answer is as it is, and what it rests on. */
export function Answer(props: { reasons: readonly string[]; evidence: AnswerEvidence | null }) {
  const { reasons, evidence } = props;
  return (
    <>
      {reasons.length === 0 ? null : (
        <ul className="ml-4 grid list-disc gap-1 text-sm break-words" aria-label="Reasons">
          {[...new Set(reasons)].map((reason) => (
            <li key={reason}>
              <CodeText text={reason} />
            </li>
          ))}
        </ul>
      )}
      {evidence === null ? null : <Evidence evidence={evidence} />}
    </>
  );
}

function Evidence({ evidence }: { evidence: AnswerEvidence }) {
  const touches = evidence.touches ?? [];
  const facts = listFacts(evidence);
  if (facts.length === 0 && touches.length === 0) return null;
  return (
    <div className="grid gap-3 rounded-md bg-muted/50 p-3 text-sm">
      {facts.length === 0 ? null : <Facts facts={facts} className="sm:grid-cols-3" />}
      {touches.length === 0 ? null : (
        <div>
          <p className="text-xs text-muted-foreground">It touches</p>
          <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
            {touches.map(({ kind, name }) => (
              <li key={`${kind}:${name}`} className="min-w-0 break-all">
                {kind.replaceAll("_", " ")} <code className="font-mono text-[0.95em]">{name}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function listFacts({ is_measured, rows, workload_gain }: AnswerEvidence): Fact[] {
  const facts: Fact[] = [];
  if (is_measured !== undefined) {
    facts.push({ label: "Basis", value: is_measured ? "measured on a shadow copy" : "catalog" });
  }
  if (rows !== undefined) facts.push({ label: "Rows tested", value: formatCount(rows) });
  if (workload_gain !== undefined) {
    const { estimate, low, high } = workload_gain;
    const value = formatInterval({ value: estimate, low, high });
    facts.push({ label: "Workload time saved", value });
  }
  return facts;
}
