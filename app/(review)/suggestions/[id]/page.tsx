import type { Metadata } from "next";
import { cache } from "react";
import { SuggestionView } from "@/components/suggestion/suggestion-view";
import { titleOfTab } from "@/components/suggestion/wording";
import { createServerApi, Hydrate, rejectUnknownId } from "@/components/trpc/hydrate";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params;
  const { suggestion } = await load(id);
  return { title: suggestion === undefined ? `Suggestion ${id}` : titleOfTab(suggestion) };
}

/**
 * Nothing above this page may show a skeleton meanwhile (`loading.tsx`): an answer that has begun as
 * 200 cannot become the 404 of an unknown id any more.
 */
export default async function SuggestionPage({ params }: Props) {
  const { id } = await params;
  const { queryClient } = await load(id);
  return (
    <Hydrate queryClient={queryClient}>
      <SuggestionView suggestionId={id} />
    </Hydrate>
  );
}

/** What page and title share. Without a suggestion the page asks again, and says what is wrong. */
const load = cache(async (id: string) => {
  const { trpc, queryClient } = await createServerApi();
  const suggestion = await queryClient
    .fetchQuery(trpc.suggestions.head.queryOptions({ suggestion_id: id }))
    .catch(rejectUnknownId);
  return { queryClient, suggestion };
});
