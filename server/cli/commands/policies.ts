import {
  ChangeStop,
  type EmergencyStop,
  Policy,
  type PolicySimulation,
  type PolicyVersion,
  type PolicyView,
  SetPolicy,
  SimulatePolicy,
} from "@/server/contracts";
import { formatCount, formatInstant, formatPlural } from "@/server/format";
import { AppError } from "@/server/platform/errors";
import type { Answer, CliCommand } from "../command";
import { readJson } from "../files";
import type { Table } from "../table";

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
    `judged regressed: ${formatCount(simulation.regressions.regressed_after_count)} of ${formatCount(simulation.regressions.judged_count)} (${formatCount(simulation.regressions.regressed_before_count)} by the policy that holds)`,
    `executed outside of the windows: ${formatCount(simulation.outside_window_count)}`,
    `approved automatically: ${formatCount(auto_approved.count)} (of these rejected by people: ${formatCount(auto_approved.rejected_count)}; regressed: ${formatCount(auto_approved.regressed_count)})`,
    {
      columns: ["ID", "STATE", "WHAT WOULD DIFFER"],
      rows: differences.map((each) => [each.suggestion_id, each.state, each.notes.join(" ")]),
      empty: "No suggestion would have been treated differently.",
    },
    ...notes,
  ];
  return { data: simulation, lines };
}

function answerStop(stop: EmergencyStop): Answer {
  const { is_on, engaged_at, engaged_by, reason, held_count, running_count } = stop;
  const line = is_on
    ? `emergency stop on since ${engaged_at}, by ${engaged_by}: ${reason}`
    : "emergency stop off";
  const held = `${formatPlural(held_count, "operation")} waiting, ${formatCount(running_count)} running`;
  return { data: stop, lines: [line, held] };
}

const versionsOf = (versions: PolicyVersion[]): Table => ({
  columns: ["VERSION", "CREATED", "BY", "COMMENT"],
  rows: versions.map(({ version, created_at, created_by, comment }) => [
    String(version),
    formatInstant(created_at),
    created_by,
    comment,
  ]),
  empty: "No policy was stored: the default holds.",
});

export function definePolicies(group: CliCommand): void {
  group
    .command("show")
    .description("the policy that holds (--json: what `set` reads)")
    .answers("PolicyView", async ({ ctx }) => {
      const { getPolicy } = await import("@/server/policy");
      return answerPolicy(await getPolicy({ ctx }));
    });
  group
    .command("versions")
    .description("who changed it, when and why")
    .answers("PolicyVersion[]", async ({ ctx }) => {
      const { listPolicyVersions } = await import("@/server/policy");
      const versions = await listPolicyVersions({ ctx });
      return { data: versions, lines: [versionsOf(versions)] };
    });
  group
    .command("set <file>")
    .description("store a policy (JSON; - is stdin) as the next version")
    .requiredOption("--comment <text>", "why; kept with the version")
    .answers("PolicyView", async ({ ctx, arg, options: { comment } }) => {
      const { getPolicy, setPolicy } = await import("@/server/policy");
      const policy = await readPolicy(arg("file"));
      const { version: expected_version } = await getPolicy({ ctx });
      const input = SetPolicy.parse({ policy, comment, expected_version });
      return answerPolicy(await setPolicy({ ctx, input }));
    });
  group
    .command("simulate [file]")
    .description("what a policy would have done (without a file: the one that holds)")
    .option("--days <number>", "look back so far", "30")
    .answers("PolicySimulation", async ({ ctx, optionalArg, options: { days } }) => {
      const { simulatePolicy } = await import("@/server/policy");
      const file = optionalArg("file");
      const policy = file === undefined ? {} : { policy: await readPolicy(file) };
      const input = SimulatePolicy.parse({ ...policy, days: Number(days) });
      return answerSimulation(await simulatePolicy({ ctx, input }));
    });
  defineStop(group);
}

function defineStop(group: CliCommand): void {
  group
    .command("stop")
    .description("the emergency stop: nothing is executed, rolled back or approved automatically")
    .requiredOption("--reason <text>", "why; everybody is told")
    .answers("EmergencyStop", async ({ ctx, options: { reason } }) => {
      const { engageStop } = await import("@/server/policy");
      return answerStop(await engageStop({ ctx, input: ChangeStop.parse({ reason }) }));
    });
  group
    .command("resume")
    .description("lift the emergency stop: what was held begins")
    .requiredOption("--reason <text>", "why; everybody is told")
    .answers("EmergencyStop", async ({ ctx, options: { reason } }) => {
      const { liftStop } = await import("@/server/policy");
      return answerStop(await liftStop({ ctx, input: ChangeStop.parse({ reason }) }));
    });
  group
    .command("status")
    .description("whether automation is stopped, by whom and why")
    .answers("EmergencyStop", async ({ ctx }) => {
      const { getStop } = await import("@/server/policy");
      return answerStop(await getStop({ ctx }));
    });
}
