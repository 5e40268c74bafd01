/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  // Native or worker-spawning packages must be loaded by Node, not bundled.
  serverExternalPackages: ["@duckdb/node-api", "@node-rs/argon2", "pino", "postgres"],
};
