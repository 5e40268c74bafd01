import type { Command } from "commander";
import { migrateDatabase } from "@/server/platform/migrations";
import { findInstallation } from "../connect";

export function addDatabaseCommands(group: Command): void {
  group
    .command("migrate")
    .description("bring it to the newest schema")
    .action(async () => {
      await migrateDatabase(findInstallation().DATABASE_URL);
      process.stdout.write("The database has the newest schema.\n");
    });
}
