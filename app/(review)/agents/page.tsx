import { AgentsView } from "@/components/agents/agents-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Agents" };

export default async function AgentsPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.agents.directory.queryOptions()),
    queryClient.prefetchQuery(trpc.agents.peers.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <AgentsView />
    </Hydrate>
  );
}
