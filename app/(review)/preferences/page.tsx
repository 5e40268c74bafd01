import { PreferencesView } from "@/components/notifications/preferences-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Notification preferences" };

export default async function PreferencesPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.notifications.preferences.queryOptions()),
    queryClient.prefetchQuery(trpc.notifications.channels.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <PreferencesView />
    </Hydrate>
  );
}
