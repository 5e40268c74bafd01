import { TRPCError } from "@trpc/server";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { SuggestionView } from "@/components/suggestion/suggestion-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Suggestion ${(await params).id}` };
}

export default async function SuggestionPage({ params }: Props) {
  const { id } = await params;
  const { trpc, queryClient } = await createServerApi();
  const options = trpc.suggestions.get.queryOptions({ suggestion_id: id });
  await Promise.all([
    queryClient.fetchQuery(options).catch(rejectUnknownId),
    queryClient.prefetchQuery(trpc.product.overview.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <SuggestionView suggestionId={id} />
    </Hydrate>
  );
}

/** No such suggestion, or no such form of id: not found. Anything else is shown by the page. */
function rejectUnknownId(error: unknown) {
  const isUnknown =
    error instanceof TRPCError && (error.code === "NOT_FOUND" || error.code === "BAD_REQUEST");
  if (isUnknown) notFound();
}
