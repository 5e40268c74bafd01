import { type Root, systemContext } from "@/server/platform";
import type { Broker } from "@/server/platform/broker";
import { startWorker } from "@/server/queue";
import { fanOut } from "./fan-out";

/** They wait for servers of others most of the time. */
const AT_ONCE = 4;

/** Takes notifications from the queue: finds their recipients, and sends them. */
export function startNotifier(root: Root, broker: Broker) {
  const ctx = systemContext(root, "notifier");
  return startWorker(root, broker, {
    ...{ queue: "notifications", concurrency: AT_ONCE },
    handlers: {
      notify: {
        run: (job) => fanOut({ ctx, input: { notificationId: job.subjectId } }),
        // The dead job says so to administrators; the notification stays on its page.
        giveUp: async () => {},
      },
    },
  });
}
