"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { toastError } from "@/components/common/action-handlers";
import { labelKind } from "@/components/inbox/inbox-query";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { LearnedThreshold } from "@/server/contracts";
import { formatPercent } from "@/server/format";
import { describeOutcomes } from "./result-words";

/** What outcomes taught, with what it rests on; an administrator takes it back. */
export function LearnedThresholds({ learned }: { learned: readonly LearnedThreshold[] }) {
  return (
    <section aria-label="What was learned" className="grid gap-2">
      <h2 className="text-base font-semibold">What was learned</h2>
      <Card>
        {learned.length === 0 ? (
          <p className="px-4 py-3 text-sm text-muted-foreground sm:px-5">
            Nothing yet. After two regressions or rollbacks of one kind of change on a product, the
            next ones must gain more to be suggested.
          </p>
        ) : (
          <ul className="divide-y">
            {learned.map((one) => (
              <Lesson key={`${one.product_id} ${one.kind}`} lesson={one} />
            ))}
          </ul>
        )}
      </Card>
    </section>
  );
}

function Lesson({ lesson }: { lesson: LearnedThreshold }) {
  const { product_id, kind, required_gain, usual_gain, outcomes } = lesson;
  const canUndo = useCan("policy.manage");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries(trpc.results.pathFilter());
  const undo = useMutation(
    trpc.results.undoLearned.mutationOptions({ onError: toastError, onSuccess }),
  );
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 px-4 py-3 text-sm sm:px-5">
      <div className="grid gap-1">
        <p>
          <strong className="font-medium">{labelKind(kind)}</strong> on {product_id} must gain{" "}
          {formatPercent(required_gain)} instead of {formatPercent(usual_gain)}.
        </p>
        <p className="text-muted-foreground">
          {describeOutcomes(outcomes)}:{" "}
          {outcomes
            .filter(({ is_bad }) => is_bad)
            .map(({ suggestion_id }, index) => (
              <span key={suggestion_id}>
                {index === 0 ? "" : ", "}
                <Link href={`/suggestions/${suggestion_id}`} className="underline">
                  {suggestion_id}
                </Link>
              </span>
            ))}
          .
        </p>
      </div>
      {canUndo ? (
        <Button
          size="sm"
          variant="outline"
          disabled={undo.isPending}
          onClick={() => undo.mutate({ product_id, kind })}
        >
          Undo
        </Button>
      ) : null}
    </li>
  );
}
