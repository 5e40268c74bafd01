import { sql } from "drizzle-orm";
import { MessageType } from "@/server/contracts";
import { createRoot } from "@/server/platform";
import { openSharedBroker } from "@/server/platform/broker";
import { createRandom } from "@/server/statistics";
import { startCourier } from "../courier/courier";
import type { MessageHandler, MessageHandlers } from "../handlers";
import { dyingBroker, faultyBroker } from "./faulty-broker";

/**
 * A courier as a process of its own, to be measured or killed: `<receipt ms> [seed | before | after]`. With a seed
 * its broker is faulty, and each message that is handled leaves a row in `effects`, in the transaction that handles
 * it, after those before it in its conversation. `before`, `after`: it is killed when it first hands something over.
 */
const [receiptMs = "15000", fate] = process.argv.slice(2);
const seed = fate === "before" || fate === "after" ? undefined : fate;
const root = createRoot("test");
const { MCP_BROKER_URL: url } = root.settings;
const broker = url === undefined ? null : openSharedBroker(url, root.log);
const isFaulty = seed !== undefined && broker !== null;

const handle: MessageHandler<MessageType> = async (_, tx, { recordId, row }) => {
  if (!isFaulty) return { outcome: "handled" };
  const { conversationId, sequence } = row;
  if (sequence !== null && sequence > 1) {
    const before = await tx.execute(sql`select 1 from effects
      where conversation_id = ${conversationId} and sequence = ${sequence - 1}`);
    if (before.length === 0) return { outcome: "not_yet" };
  }
  await tx.execute(sql`insert into effects (record_id, conversation_id, sequence)
    values (${recordId}, ${conversationId}, ${sequence})`);
  return { outcome: "handled" };
};

function fated(): typeof broker {
  if (broker === null) return null;
  if (fate === "before" || fate === "after") return dyingBroker(broker, fate);
  return isFaulty ? faultyBroker(broker, createRandom(Number(seed))) : broker;
}

const courier = startCourier(root, {
  broker: fated(),
  handlers: Object.fromEntries(
    MessageType.options.map((type) => [type, handle]),
  ) as unknown as MessageHandlers,
  receiptMs: Number(receiptMs),
});
process.send?.("started");
process.on("disconnect", () => {
  void courier.stop().then(() => process.exit(0));
});
