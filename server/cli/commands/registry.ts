import { z } from "zod";
import { AgentQuery, EnrolAgent, type RegisteredAgent } from "@/server/contracts";
import type { CliCommand } from "../command";
import type { Table } from "../table";

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
const tableOf = (agents: RegisteredAgent[]): Table => ({
  columns: ["AGENT ID", "DOMAIN", "PRODUCT", "STATUS", "ADDRESS", "LAST SEEN"],
  rows: agents.map(rowOf),
  empty: "No agent has registered.",
});

export function defineRegistry(group: CliCommand): void {
  group
    .command("enrol")
    .description("let an agent register, once; its token is shown now and never again")
    .requiredOption("--agent <id>", "its AGENT_ID")
    .requiredOption("--product <id>", "the data product it serves")
    .requiredOption("--domain <name>", "the domain it speaks for")
    .option("--hours <hours>", "the token ends unused after so long", "72")
    .answers("Enrolment", async ({ ctx, options }) => {
      const { enrolAgent } = await import("@/server/registry");
      const made = await enrolAgent({ ctx, input: EnrolOptions.parse(options) });
      return { data: made, lines: [made.token] };
    });
  group
    .command("agents")
    .description("agents that have registered, those that are gone too")
    .option("--domain <name>", "of this domain")
    .option("--product <id>", "of this data product")
    .answers("RegisteredAgent[]", async ({ ctx, options: { domain, product } }) => {
      const { listAgents } = await import("@/server/registry");
      const input = AgentQuery.parse({ domain, product_id: product });
      const agents = await listAgents({ ctx, input });
      return { data: agents, lines: [tableOf(agents)] };
    });
  group
    .command("remove <agent_id>")
    .description("forget an agent's keys at once; it needs a new enrolment")
    .answers("RegisteredAgent[]", async ({ ctx, arg }) => {
      const { listAgents, removeAgent } = await import("@/server/registry");
      const agentId = arg("agent_id");
      await removeAgent({ ctx, input: { agentId } });
      const agents = await listAgents({ ctx, input: { agent_id: agentId } });
      return { data: agents, lines: [tableOf(agents)] };
    });
}
