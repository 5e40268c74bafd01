import { Progress } from "@/components/ui/progress";
import type { ProofProgress } from "@/server/contracts";
import { Section } from "./section";
import { VerdictBadge } from "./verdict-badge";

const PHASES: Record<ProofProgress["phase"], string> = {
  queued: "Waiting for the prover",
  export: "Reading the data once",
  shadow: "Building the shadow copy",
  baseline: "Measuring as it is",
  measure: "Trying changes one by one",
  set: "Trying them together",
  done: "Done",
};

/** The running proof: how far it is, and each verdict as it falls. */
export function ProofPanel({ progress }: { progress: ProofProgress | null }) {
  const shown = progress ?? { phase: "queued" as const, fraction: 0, message: "", verdicts: [] };
  return (
    <Section
      id="proof"
      title="Proof running"
      description="Each change is applied to a shadow copy and the workload replayed on both sides. The data product is not touched."
    >
      <div className="grid gap-2" aria-live="polite">
        <div className="flex justify-between gap-4 text-sm">
          <span className="font-medium">{PHASES[shown.phase]}</span>
          <span>{Math.round(shown.fraction * 100)}%</span>
        </div>
        <Progress fraction={shown.fraction} label="Proof" className="h-2" />
        <p className="min-h-5 text-sm text-muted-foreground">{shown.message}</p>
      </div>
      {shown.verdicts.length === 0 ? null : (
        <ul className="mt-4 divide-y border-t">
          {shown.verdicts.map(({ candidate_id, title, verdict }) => (
            <li key={candidate_id} className="grid gap-1 py-2.5 text-sm">
              <span className="flex flex-wrap items-center gap-2">
                {title} <VerdictBadge verdict={verdict} />
              </span>
              <span className="text-muted-foreground">{verdict.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
