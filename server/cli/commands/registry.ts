import type { Command } from "commander";
import { z } from "zod";
import { AgentQuery, EnrolAgent, type RegisteredAgent } from "@/server/contracts";
import { enrolAgent, listAgents, removeAgent } from "@/server/registry";
import { type Answer, answer, table } from "../command";

const EnrolOptions = z
  .object({ agent: z.string(), product: z.string(), domain: z.string(), hours: z.coerce.number() })
  .transform(({ agent, product, domain, hours }) =>
    EnrolAgent.parse({ agent_id: agent, product_id: product, domain, hours }),
  );

const rowOf = (agent: RegisteredAgent) => [
  agent.agent_id,
  agent.domain,
  agent.product_id,
  agent.status,
  agent.url,
  agent.last_seen_at,
];
const answerOf = (agents: RegisteredAgent[]): Answer => ({
  data: agents,
  lines: table(agents.map(rowOf)),
});

export function addRegistryCommands(group: Command): void {
  group
    .command("enrol")
    .description("let an agent register, once; its token is shown now and never again")
    .requiredOption("--agent <id>", "its AGENT_ID")
    .requiredOption("--product <id>", "the data product it serves")
    .requiredOption("--domain <name>", "the domain it speaks for")
    .option("--hours <hours>", "the token ends unused after so long", "72")
    .action((options: unknown, command: Command) =>
      answer(command, async (ctx) => {
        const made = await enrolAgent({ ctx, input: EnrolOptions.parse(options) });
        return { data: made, lines: [made.token] };
      }),
    );
  group
    .command("agents")
    .description("agents that have registered, those that are gone too")
    .option("--domain <name>")
    .option("--product <id>")
    .action((options: { domain?: string; product?: string }, command: Command) =>
      answer(command, async (ctx) => {
        const input = AgentQuery.parse({ domain: options.domain, product_id: options.product });
        return answerOf(await listAgents({ ctx, input }));
      }),
    );
  group
    .command("remove <agent>")
    .description("forget an agent's keys at once; it needs a new enrolment")
    .action((agentId: string, _, command: Command) =>
      answer(command, async (ctx) => {
        await removeAgent({ ctx, input: { agentId } });
        return answerOf(await listAgents({ ctx, input: { agent_id: agentId } }));
      }),
    );
}
