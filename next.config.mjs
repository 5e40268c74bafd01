/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm test` runs tsc over everything, tests included; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // A click that finds no connection waits for it on the page that is open, instead of leaving for the
  // browser's error page: components/shell/connection.tsx.
  experimental: { useOffline: true },
  // Native or worker-spawning packages must be loaded by Node, not bundled.
  serverExternalPackages: [
    "@duckdb/node-api",
    "@node-rs/argon2",
    "ioredis",
    "node-llama-cpp",
    "pino",
    "postgres",
  ],
};
