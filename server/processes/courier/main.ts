import { messageHandlers, startConversations } from "@/server/conversations";
import { inferenceClientOf } from "@/server/inference";
import { startCourier } from "@/server/messaging";
import type { Root } from "@/server/platform";
import { openSharedBroker } from "@/server/platform/broker";
import { startDirectory } from "@/server/registry";
import { type RunningProcess, runProcess } from "../run-process";

/** The courier: keeps the directory of agents, delivers our messages to them, handles theirs, and
 * carries conversations on. */
async function start(root: Root): Promise<RunningProcess> {
  const { settings, log } = root;
  const { MCP_BROKER_URL: url } = settings;
  const broker = url === undefined ? null : openSharedBroker(url, log);
  const directory = startDirectory(root);
  const courier = startCourier(root, { broker, handlers: messageHandlers });
  const conversations = startConversations(root);
  log.info({ broker: broker?.kind ?? null }, "courier started");
  return {
    status() {
      const { is_ready, parts } = courier.status();
      const { isConfigured, error } = directory.status();
      const detail = isConfigured ? (error ?? "Registered.") : "There is no registry.";
      // Known agents still talk without it.
      return { is_ready, parts: { ...parts, registry: { is_ready: error === null, detail } } };
    },
    async stop() {
      await Promise.all([courier.stop(), conversations.stop(), directory.stop()]);
      await broker?.close();
      await inferenceClientOf(root).close();
    },
  };
}

runProcess("courier", start);
