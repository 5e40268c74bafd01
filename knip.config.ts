import type { KnipConfig } from "knip";

/** What is started from outside; everything else must be reached from here, or it goes. */
export default {
  entry: [
    "scripts/{sidecar,up,mesh,test,test-node}.mjs",
    "demo/main.ts",
    "server/cli/run.ts",
    "server/processes/{supervisor,mesh,prover,courier,inference,registry,web}/main.ts",
    "server/processes/supervisor/parent-watchdog.mjs",
    "server/workload/reader/{worker,testing/stuck-worker}.mjs",
    "e2e/*.spec.ts",
    "bench/*.ts",
    "models/distill/main.ts",
    "server/testing/fuzz/main.ts",
    // Started by a command or a test as processes of their own.
    "server/queue/testing/{chaos-main,queue-process,chaos-process}.ts",
    "server/decisions/testing/bench-inbox-main.ts",
    "server/messaging/testing/{courier-process,bench-main,bare-worker}.ts",
  ],
  // Tests of the queue start a private one where it is installed.
  ignoreBinaries: ["redis-server"],
  project: ["**/*.{ts,tsx,mjs,cjs,css}"],
  // Style sheets import packages too.
  compilers: {
    css: (text: string) =>
      [...text.matchAll(/@import\s+(["'][^"']+["'])/g)]
        .map(([, from]) => `import ${from}`)
        .join("\n"),
  },
} satisfies KnipConfig;
