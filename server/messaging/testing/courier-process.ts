import { sql } from "drizzle-orm";
import { MessageType } from "@/server/contracts";
import { startCourier } from "@/server/messaging";
import { createRoot } from "@/server/platform";
import { openSharedBroker } from "@/server/platform/broker";
import { createRandom } from "@/server/statistics";
import type { MessageHandlers } from "../handlers";
import { faultyBroker } from "./faulty-broker";

/**
 * A courier as a process of its own, to be measured or killed: `<receipt ms> [seed]`. With a seed its broker
 * is faulty, and each message that is handled leaves a row in `effects`, in the transaction that handles it.
 */
const [receiptMs = "15000", seed] = process.argv.slice(2);
const root = createRoot("test");
const { MCP_BROKER_URL: url } = root.settings;
const broker = url === undefined ? null : openSharedBroker(url, root.log);
const isFaulty = seed !== undefined && broker !== null;

const handlers = Object.fromEntries(
  MessageType.options.map((type) => [
    type,
    async (_: unknown, tx: typeof root.db, { recordId }: { recordId: string }) => {
      if (isFaulty) await tx.execute(sql`insert into effects values (${recordId})`);
    },
  ]),
) as unknown as MessageHandlers;

const courier = startCourier(root, {
  broker: isFaulty ? faultyBroker(broker, createRandom(Number(seed))) : broker,
  handlers,
  receiptMs: Number(receiptMs),
});
process.on("SIGTERM", () => {
  void courier.stop().then(() => process.exit(0));
});
