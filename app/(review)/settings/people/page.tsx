import { PeopleView } from "@/components/settings/people-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "People" };

export default async function PeoplePage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.people.list.queryOptions()),
    queryClient.prefetchQuery(trpc.people.invitations.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <PeopleView />
    </Hydrate>
  );
}
