import type { CliCommand } from "../command";

export function defineDatabase(group: CliCommand): void {
  group
    .command("migrate")
    .description("bring it to the newest schema")
    .prints("{ is_migrated }", async () => {
      const { findInstallation } = await import("../connect");
      const { migrateDatabase } = await import("@/server/platform/migrations");
      await migrateDatabase(findInstallation().DATABASE_URL);
      return { data: { is_migrated: true }, lines: ["The database has the newest schema."] };
    });
}
