import { sql } from "drizzle-orm";
import { createRoot } from "@/server/platform";
import { openBroker } from "@/server/platform/broker";
import { startWorker } from "..";

/** A worker process of tests: notes that it began, and works until it is killed. */
const root = createRoot("test");
const broker = openBroker(root.settings, root.log);
startWorker(root, broker, {
  queue: "proofs",
  concurrency: 1,
  leaseMs: Number(process.argv[2]),
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
