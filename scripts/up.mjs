// `npm run up`: from a bare clone to a running sidecar. Plain Node: nothing is installed yet.
import { fileURLToPath } from "node:url";
import { handOver } from "./lib/hand-over.mjs";

await handOver(fileURLToPath(new URL("..", import.meta.url)), {
  main: "server/processes/supervisor/main.ts",
  name: "The supervisor",
  args: [],
});
