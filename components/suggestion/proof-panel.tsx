import { CodeText } from "@/components/common/blocks";
import { GainText } from "@/components/gain/gain-bar";
import { Term } from "@/components/help/term";
import { Progress } from "@/components/ui/progress";
import type { ProofProgress, Suggestion } from "@/server/contracts";
import { formatProgress } from "@/server/format";
import { VerdictBadge } from "../gain/badges";
import { CancelButton } from "./cancel-button";
import { Section } from "./frame";
import type { Actions } from "./use-decision";
import { nameBest } from "./wording";

const PHASES: Record<ProofProgress["phase"], string> = {
  queued: "Waiting to start",
  export: "Exporting the data",
  shadow: "Building the shadow copy",
  baseline: "Measuring the baseline",
  measure: "Testing changes one by one",
  set: "Testing changes together",
  completing: "Testing the remaining changes",
  done: "Done",
};

const QUEUED: ProofProgress = { phase: "queued", fraction: 0, message: "", verdicts: [] };

/** The running proof: how far it is, the best set so far, and each verdict as it falls. */
export function ProofPanel({ suggestion, actions }: { suggestion: Suggestion; actions: Actions }) {
  const shown = suggestion.progress ?? QUEUED;
  return (
    <Section
      id="proof"
      title="Test running"
      description={
        <>
          Each change is applied to a <Term name="shadow copy">shadow copy</Term> and the workload
          is replayed with and without it. The data product is not touched.
        </>
      }
    >
      <div className="grid gap-2">
        <div className="flex justify-between gap-4 text-sm">
          {/* The phase alone is read out: the rest changes twice a second. */}
          <span className="font-medium" aria-live="polite">
            {PHASES[shown.phase]}
          </span>
          <span>{formatProgress(shown.fraction)}</span>
        </div>
        <Progress fraction={shown.fraction} label="Test run" className="h-2" />
        <p className="min-h-5 text-sm break-words text-muted-foreground">
          <CodeText text={shown.message} />
        </p>
        {shown.best === undefined ? null : (
          <p className="text-sm break-words">
            Best so far: <GainText gain={shown.best.gain} /> of the workload's time saved with{" "}
            <CodeText text={nameBest(shown)} />.
          </p>
        )}
      </div>
      <CancelButton suggestion={suggestion} actions={actions} label="Cancel test run" />
      {shown.verdicts.length === 0 ? null : (
        <ul className="mt-4 divide-y border-t">
          {shown.verdicts.map(({ candidate_id, title, verdict }) => (
            <li key={candidate_id} className="grid grid-cols-1 gap-1 py-2.5 text-sm">
              <span className="flex flex-wrap items-center gap-2">
                <span className="min-w-0 break-words">
                  <CodeText text={title} />
                </span>
                <VerdictBadge verdict={verdict} />
              </span>
              <span className="break-words text-muted-foreground">{verdict.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
