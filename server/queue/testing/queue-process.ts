import { sql } from "drizzle-orm";
import { createRoot } from "@/server/platform";
import { openBroker } from "@/server/platform/broker";
import { startRelay, startWorker } from "..";

/** A process of tests, to be killed: a relay, or a worker that notes that it began and never ends. */
const [role, leaseMs] = process.argv.slice(2);
const root = createRoot("test");
const broker = openBroker(root.settings, root.log);
if (role === "relay") startRelay(root, broker);
else {
  startWorker(root, broker, {
    queue: "proofs",
    concurrency: 1,
    leaseMs: Number(leaseMs),
    handlers: {
      prove: {
        run: async ({ id }, signal) => {
          await root.db.execute(sql`insert into executions values (${id}, 'killed')`);
          await new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        },
        giveUp: async () => {},
      },
    },
  });
}
