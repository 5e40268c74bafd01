import { explain, print, printError, report } from "../supervisor/console";
import { Interrupted, onStopSignal } from "../supervisor/supervisor";
import { meshFolder } from "./environment";
import { MEMBERS } from "./members";
import { Mesh } from "./mesh";
import { type MeshOptions, readOptions } from "./options";
import { runScenario } from "./run-scenario";
import { SCENARIOS } from "./scenarios";
import { undoScenario } from "./undo-scenario";

async function end(mesh: Mesh, exitCode: number): Promise<never> {
  await mesh.stop();
  report("stopped");
  process.exit(exitCode);
}

function announce(mesh: Mesh): void {
  for (const { domain } of MEMBERS) {
    const { demo } = mesh.sidecar(domain);
    print(`${domain}: ${demo.url}/conversations`);
    for (const user of demo.users) {
      print(`  sign in: ${user.email}  ${user.password}  (${user.roles.join(", ")})`);
    }
  }
}

/**
 * Runs the scenarios in order, undoes what each but the last has changed, and says of each whether it went as it
 * should. Answers how many did not.
 */
async function runAll(mesh: Mesh, { scenarios, isAuto }: MeshOptions): Promise<number> {
  let failed = 0;
  for (const [index, name] of scenarios.entries()) {
    const { conversationId, problems } = await runScenario(mesh, SCENARIOS[name], isAuto);
    const isLast = index === scenarios.length - 1;
    if (!isLast) problems.push(...(await undoScenario(mesh, SCENARIOS[name], conversationId)));
    for (const problem of problems) printError(problem);
    print(`${problems.length === 0 ? "ok" : "FAILED"}: ${name}`);
    if (problems.length > 0) failed += 1;
  }
  print(`${scenarios.length - failed} passed, ${failed} failed`);
  return failed;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(3));
  const mesh: Mesh = new Mesh({
    dir: meshFolder(),
    onGiveUp(message) {
      printError(message);
      void end(mesh, 1);
    },
  });
  onStopSignal(() => void end(mesh, 130));
  try {
    const broker = await mesh.start(options.broker);
    report(`the mesh is ready; messages go ${describeBroker(broker)}`);
    announce(mesh);
    const failed = await runAll(mesh, options);
    if (options.isOnce) await end(mesh, failed === 0 ? 0 : 1);
    print("\nThe dashboards stay up until Ctrl-C.");
  } catch (error) {
    // A stop in progress ends the process with its own exit code.
    if (error instanceof Interrupted) return;
    printError(explain(error));
    await end(mesh, 1);
  }
}

const describeBroker = (broker: string): string =>
  broker === "http" ? "over HTTP" : `through ${broker === "redis" ? "Redis" : "PostgreSQL"}`;

try {
  await main();
} catch (error) {
  printError(explain(error));
  process.exitCode = 1;
}
