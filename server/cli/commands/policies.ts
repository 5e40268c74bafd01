import type { Command } from "commander";
import {
  ChangeStop,
  type EmergencyStop,
  Policy,
  type PolicySimulation,
  type PolicyView,
  SetPolicy,
  SimulatePolicy,
} from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { AppError } from "@/server/platform";
import {
  engageStop,
  getPolicy,
  getStop,
  liftStop,
  listPolicyVersions,
  setPolicy,
  simulatePolicy,
} from "@/server/policy";
import { type Answer, answer, table } from "../command";
import { readJson } from "../files";

/** A policy from a file: `policies show --json`, or its part `policy`. */
async function readPolicy(path: string): Promise<Policy> {
  const given = await readJson(path);
  if (typeof given !== "object" || given === null) {
    throw new AppError("invalid_input", `The policy ${path} holds no object.`);
  }
  return Policy.parse("policy" in given ? given.policy : given);
}

function answerPolicy(view: PolicyView): Answer {
  const { version, policy, created_by, created_at, comment, warnings } = view;
  const from = version === null ? "the default; none is stored" : `version ${version}`;
  const by = created_by === null ? "" : ` by ${created_by}, ${created_at}: ${comment}`;
  const lines = [
    `${from}${by}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    JSON.stringify(policy, null, 2),
  ];
  return { data: view, lines };
}

function answerSimulation(simulation: PolicySimulation): Answer {
  const { suggestion_count, days, auto_approved, differences, notes } = simulation;
  const counts = (required: Record<string, number>) =>
    Object.entries(required)
      .map(([count, of]) => `${formatCount(of)} × ${count}`)
      .join(", ");
  const lines = [
    `${formatPlural(suggestion_count, "suggestion")} in ${formatPlural(days, "day")}`,
    `approvals asked for: ${counts(simulation.required_before)} now; ${counts(simulation.required_after)} then`,
    `approved with too few: ${formatCount(simulation.short_count)}`,
    `executed outside of the windows: ${formatCount(simulation.outside_window_count)}`,
    `approved automatically: ${formatCount(auto_approved.count)} (of these rejected by people: ${formatCount(auto_approved.rejected_count)}; regressed: ${formatCount(auto_approved.regressed_count)})`,
    ...table(differences.map((each) => [each.suggestion_id, each.state, ...each.notes])),
    ...notes,
  ];
  return { data: simulation, lines };
}

function answerStop(stop: EmergencyStop): Answer {
  const { is_on, engaged_at, engaged_by, reason, held_count, running_count } = stop;
  const line = is_on ? `on since ${engaged_at}, by ${engaged_by}: ${reason}` : "off";
  const held = `${formatPlural(held_count, "operation")} waiting, ${formatCount(running_count)} running`;
  return { data: stop, lines: [line, held] };
}

export function addPolicyCommands(group: Command): void {
  group
    .command("show")
    .description("the policy that holds (--json: what `set` reads)")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerPolicy(await getPolicy({ ctx }))),
    );
  group
    .command("versions")
    .description("who changed it, when and why")
    .action((_, command: Command) =>
      answer(command, async (ctx) => {
        const versions = await listPolicyVersions({ ctx });
        const rows = versions.map(({ version, created_at, created_by, comment }) => {
          return [String(version), created_at, created_by, comment];
        });
        return { data: versions, lines: table(rows) };
      }),
    );
  group
    .command("set <file>")
    .description("store a policy (JSON) as the next version")
    .requiredOption("--comment <text>", "why; kept with the version")
    .action((file: string, { comment }: { comment: string }, command: Command) =>
      answer(command, async (ctx) => {
        const { version: expected_version } = await getPolicy({ ctx });
        const input = { policy: await readPolicy(file), comment, expected_version };
        return answerPolicy(await setPolicy({ ctx, input: SetPolicy.parse(input) }));
      }),
    );
  group
    .command("simulate [file]")
    .description("what a policy would have done (without a file: the one that holds)")
    .option("--days <number>", "look back so far", "30")
    .action((file: string | undefined, { days }: { days: string }, command: Command) =>
      answer(command, async (ctx) => {
        const policy = file === undefined ? {} : { policy: await readPolicy(file) };
        const input = SimulatePolicy.parse({ ...policy, days: Number(days) });
        return answerSimulation(await simulatePolicy({ ctx, input }));
      }),
    );
}

export function addStopCommands(group: Command): void {
  group
    .command("status")
    .description("whether automation is stopped, by whom and why")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerStop(await getStop({ ctx }))),
    );
  group
    .command("on")
    .description("stop: nothing is executed, rolled back or approved automatically")
    .requiredOption("--reason <text>")
    .action((options: unknown, command: Command) =>
      answer(command, async (ctx) =>
        answerStop(await engageStop({ ctx, input: ChangeStop.parse(options) })),
      ),
    );
  group
    .command("off")
    .description("lift the stop: what was held begins")
    .requiredOption("--reason <text>")
    .action((options: unknown, command: Command) =>
      answer(command, async (ctx) =>
        answerStop(await liftStop({ ctx, input: ChangeStop.parse(options) })),
      ),
    );
}
