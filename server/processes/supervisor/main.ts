import { explain, printError, report } from "./console";
import { removeDemoFile } from "./demo";
import { launch } from "./launch";
import { lockDataDir } from "./lock";
import { assertDiskSpace, readSettings, type Settings } from "./settings";
import { Interrupted, onStopSignal, Supervisor } from "./supervisor";

async function end(supervisor: Supervisor, settings: Settings, exitCode: number): Promise<never> {
  removeDemoFile(settings.dataDir);
  await supervisor.stop();
  report("stopped");
  process.exit(exitCode);
}

async function main(): Promise<void> {
  const settings = readSettings();
  assertDiskSpace(settings.dataDir);
  const { lock, ended } = await lockDataDir(settings.dataDir);
  if (ended.length > 0) report(`ended what a killed run had left: ${ended.join(", ")}`);
  const supervisor: Supervisor = new Supervisor({
    dataDir: settings.dataDir,
    lock,
    onGiveUp(message) {
      printError(`${message}\nGiving up: correct that, then run \`npm run up\` again.`);
      void end(supervisor, settings, 1);
    },
  });
  onStopSignal(() => void end(supervisor, settings, 0));
  removeDemoFile(settings.dataDir);
  try {
    await launch(supervisor, settings);
  } catch (error) {
    // A stop in progress ends the process with its own exit code.
    if (error instanceof Interrupted) return;
    printError(explain(error));
    await end(supervisor, settings, 1);
  }
}

try {
  await main();
} catch (error) {
  printError(explain(error));
  process.exitCode = 1;
}
