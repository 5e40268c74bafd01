"use client";
import { useQuery } from "@tanstack/react-query";
import { Empty, PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Skeleton } from "@/components/ui/skeleton";
import { InferencePanel } from "./inference-panel";
import { ModelCard } from "./model-card";

/** The model that orders and estimates: how it does, and what could take its place. */
export function ModelView() {
  return (
    <>
      <PageTitle
        title="Model"
        lead="The model handles the tasks at which it beats the rules; the rules handle the rest. It decides nothing: every measured figure comes from a test run."
      />
      <div className="grid gap-5">
        <InferencePanel />
        <RegisteredModels />
      </div>
    </>
  );
}

/** Candidates beside the promoted model, newest first. */
function RegisteredModels() {
  const trpc = useTRPC();
  const query = useQuery(trpc.model.list.queryOptions());
  const canPromote = useCan("model.promote");
  if (query.isPending) return <Skeleton className="h-48 rounded-lg" />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <section aria-labelledby="models-title" className="grid gap-3">
      <h2 id="models-title" className="text-base font-semibold tracking-tight">
        Registered models
      </h2>
      {query.data.length === 0 ? (
        <Empty title="No registered models">
          The shipped model is served. Register a refined model on the command line with its
          evaluation report; it appears here until an administrator promotes it.
        </Empty>
      ) : null}
      {query.data.map((model) => (
        <ModelCard key={model.model_id} model={model} canPromote={canPromote} />
      ))}
    </section>
  );
}
