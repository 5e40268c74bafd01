import { runChaos } from "./chaos";

/** `npm run chaos [lives]`: exits 1 unless every life was lived once. Needs redis-server. */
process.exit((await runChaos(Number(process.argv[2] ?? 200))) ? 0 : 1);
