"use client";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { toastError } from "@/components/common/action-handlers";
import { Facts } from "@/components/common/blocks";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { Policy, PolicySimulation } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";

const DAYS = 30;

/** What a policy would have done in the last month; null: it has faults. */
export function SimulationReport({ policy }: { policy: Policy | null }) {
  const trpc = useTRPC();
  const simulate = useMutation(
    trpc.policy.simulate.mutationOptions({ onError: (error) => toastError(error) }),
  );
  return (
    <Card>
      <CardHeader>
        <CardTitle>Simulation</CardTitle>
        <CardDescription>
          What this policy would have done with the suggestions of the last {DAYS} days. Nothing is
          changed.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4">
        <Button
          variant="outline"
          className="justify-self-start"
          disabled={policy === null || simulate.isPending}
          onClick={() => policy !== null && simulate.mutate({ policy, days: DAYS })}
        >
          {simulate.isPending ? "Simulating…" : "Simulate"}
        </Button>
        {simulate.data === undefined ? null : <Report simulation={simulate.data} />}
      </CardContent>
    </Card>
  );
}

const countsOf = (required: Record<string, number>): string => {
  const parts = Object.entries(required).map(
    ([count, of]) => `${formatCount(of)} × ${formatPlural(Number(count), "approval")}`,
  );
  return parts.length === 0 ? "–" : parts.join(", ");
};

function Report({ simulation }: { simulation: PolicySimulation }) {
  const { auto_approved, differences, regressions } = simulation;
  const judged = `${formatPlural(auto_approved.rejected_count, "rejection")} by people, ${formatPlural(auto_approved.regressed_count, "regression")}`;
  return (
    <div className="grid gap-4" aria-live="polite">
      <Facts
        facts={[
          { label: "Suggestions", value: formatCount(simulation.suggestion_count) },
          { label: "Asked for today", value: countsOf(simulation.required_before) },
          { label: "Asked for by this policy", value: countsOf(simulation.required_after) },
          { label: "Approved with too few", value: formatCount(simulation.short_count) },
          {
            label: "Executed outside of the windows",
            value: formatCount(simulation.outside_window_count),
          },
          {
            label: "Approved automatically",
            value: formatCount(auto_approved.count),
            ...(auto_approved.count > 0 && { note: judged }),
          },
          {
            label: "Judged regressed",
            value: `${formatCount(regressions.regressed_after_count)} of ${formatCount(regressions.judged_count)}`,
            note: `${formatCount(regressions.regressed_before_count)} by the policy that holds`,
          },
        ]}
      />
      {differences.length === 0 ? (
        <p className="text-sm text-muted-foreground">
          No suggestion would have been treated differently.
        </p>
      ) : (
        <ul className="grid gap-2 text-sm" aria-label="Differences">
          {differences.map((each) => (
            <li key={each.suggestion_id} className="min-w-0 break-words">
              <Link href={`/suggestions/${each.suggestion_id}`} className="text-primary underline">
                {each.title}
              </Link>{" "}
              <span className="text-muted-foreground">{each.notes.join(" ")}</span>
            </li>
          ))}
        </ul>
      )}
      {simulation.notes.map((note) => (
        <p key={note} className="text-xs text-muted-foreground">
          {note}
        </p>
      ))}
    </div>
  );
}
