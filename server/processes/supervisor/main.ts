import { explain } from "./advice";
import { Crew, Interrupted } from "./crew";
import { removeDemoFile } from "./demo";
import { assertDiskSpace } from "./disk";
import { launch } from "./launch";
import { lockDataDir } from "./lock";
import { complain, report } from "./progress";
import { readSettings, type Settings } from "./settings";

async function end(crew: Crew, settings: Settings, exitCode: number): Promise<never> {
  removeDemoFile(settings.dataDir);
  await crew.stop();
  report("stopped");
  process.exit(exitCode);
}

/** Ctrl-C, SIGTERM, a closed terminal, or the `npm run up` above us being killed. */
function stopOnSignals(crew: Crew, settings: Settings): void {
  let isStopping = false;
  const stop = (why: string) => {
    if (isStopping) return;
    isStopping = true;
    report(`${why}: stopping`);
    void end(crew, settings, 0);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop(name));
  process.on("disconnect", () => stop("the starting command is gone"));
}

async function main(): Promise<void> {
  const settings = readSettings();
  assertDiskSpace(settings.dataDir);
  const { lock, ended } = await lockDataDir(settings.dataDir);
  if (ended.length > 0) report(`ended what a killed run had left: ${ended.join(", ")}`);
  const crew: Crew = new Crew({
    dataDir: settings.dataDir,
    lock,
    onGiveUp(message) {
      complain(`${message}\nGiving up: correct that, then run \`npm run up\` again.`);
      void end(crew, settings, 1);
    },
  });
  stopOnSignals(crew, settings);
  removeDemoFile(settings.dataDir);
  try {
    await launch(crew, settings);
  } catch (error) {
    // A stop in progress ends the process with its own exit code.
    if (error instanceof Interrupted) return;
    complain(explain(error));
    await end(crew, settings, 1);
  }
}

try {
  await main();
} catch (error) {
  complain(explain(error));
  process.exitCode = 1;
}
