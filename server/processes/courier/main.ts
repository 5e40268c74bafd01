import { messageHandlers, startConversations } from "@/server/conversations";
import { followServedProduct } from "@/server/data-product";
import { getSuggestion } from "@/server/decisions";
import { inferenceClientOf } from "@/server/inference";
import { startCourier } from "@/server/messaging";
import { startNotifier } from "@/server/notify";
import { type Root, systemContext } from "@/server/platform";
import { openBroker, openSharedBroker } from "@/server/platform/broker";
import { startRelay } from "@/server/queue";
import { startDirectory } from "@/server/registry";
import { type RunningProcess, runProcess } from "../run-process";

/**
 * The courier: keeps the directory of agents, delivers our messages to them, handles theirs, carries
 * conversations on, and tells people what happens.
 */
async function start(root: Root): Promise<RunningProcess> {
  const stopFollowing = await followServedProduct(root);
  const { settings, log } = root;
  const { MCP_BROKER_URL: url } = settings;
  const broker = url === undefined ? null : openSharedBroker(url, log);
  const directory = startDirectory(root);
  const courier = startCourier(root, { broker, handlers: messageHandlers });
  const conversations = startConversations(root);
  const queue = openBroker(settings, log);
  // People are told that something is wrong while no prover runs, too.
  const relay = startRelay(root, queue);
  const reader = systemContext(root, "notifier");
  const readSuggestion = (suggestion_id: string) =>
    getSuggestion({ ctx: reader, input: { suggestion_id } });
  const notifier = await startNotifier(root, queue, { readSuggestion });
  log.info({ broker: broker?.kind ?? null }, "courier started");
  return {
    status() {
      const { is_ready, parts } = courier.status();
      const { isConfigured, error } = directory.status();
      const detail = isConfigured ? (error ?? "Registered.") : "There is no registry.";
      // Known agents still talk without it.
      const registry = { is_ready: error === null, detail };
      const isNotifying = notifier.isReady();
      const notifications = {
        is_ready: isNotifying,
        detail: isNotifying ? "Notifications are taken." : "Notifications are not taken yet.",
      };
      return { is_ready: is_ready && isNotifying, parts: { ...parts, registry, notifications } };
    },
    async stop() {
      await stopFollowing();
      await Promise.all([courier.stop(), conversations.stop(), directory.stop()]);
      await Promise.all([relay.stop(), notifier.stop()]);
      await Promise.all([broker?.close(), queue.close()]);
      await inferenceClientOf(root).close();
    },
  };
}

runProcess("courier", start);
