import type { Metadata } from "next";
import { RESULT_DAYS } from "@/components/results/result-words";
import { ResultsView } from "@/components/results/results-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata: Metadata = { title: "Results" };

export default async function ResultsPage() {
  const { trpc, queryClient } = await createServerApi();
  await queryClient.prefetchQuery(trpc.results.read.queryOptions({ days: RESULT_DAYS }));
  return (
    <Hydrate queryClient={queryClient}>
      <ResultsView />
    </Hydrate>
  );
}
