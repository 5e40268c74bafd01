// `npm run demo:mesh`: three sidecars that agree on a schema change. Plain Node: nothing is installed yet.
import { fileURLToPath } from "node:url";
import { handOver } from "./lib/hand-over.mjs";

await handOver(fileURLToPath(new URL("..", import.meta.url)), {
  main: "server/processes/mesh/main.ts",
  name: "The mesh",
  args: process.argv.slice(2),
});
