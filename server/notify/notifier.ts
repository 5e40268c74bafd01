import { type Root, systemContext } from "@/server/platform";
import type { Broker } from "@/server/platform/broker";
import { type JobHandler, startWorker } from "@/server/queue";
import { deliver, giveUpDelivery, type Senders } from "./deliver";
import { fanOut } from "./fan-out";

/** They wait for servers of others most of the time. */
const AT_ONCE = 4;

/**
 * Takes notifications from the queue: finds their recipients, and sends them. `readSuggestion` reads one
 * as it is now.
 */
export async function startNotifier(
  root: Root,
  broker: Broker,
  { readSuggestion }: Pick<Senders, "readSuggestion">,
) {
  const ctx = systemContext(root, "notifier");
  // Not loaded with what only asks for notifications, as pages do.
  const { openChannels } = await import("./channels");
  const channels = openChannels(ctx);
  const senders: Senders = { readSuggestion, channels: channels.senders };
  const notify: JobHandler = {
    run: (job) => fanOut({ ctx, input: { notificationId: job.subjectId } }),
    // The dead job says so to administrators; the notification stays on its page.
    giveUp: async () => {},
  };
  const delivering: JobHandler = {
    run: (job, signal) => deliver({ ctx, input: { deliveryId: job.subjectId, senders, signal } }),
    giveUp: (job, error) => giveUpDelivery({ ctx, input: { deliveryId: job.subjectId, error } }),
  };
  const worker = startWorker(root, broker, {
    ...{ queue: "notifications", concurrency: AT_ONCE },
    handlers: { notify, deliver: delivering },
  });
  return {
    isReady: () => worker.isReady(),
    async stop() {
      await worker.stop();
      channels.close();
    },
  };
}
