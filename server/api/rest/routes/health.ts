import { z } from "zod";
import { checkHealth, HealthCheck, ProcessHealth } from "@/server/telemetry";
import { defineRoute } from "../define-route";

export const Health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  agent_id: z.string(),
  checks: z.record(z.string(), HealthCheck),
  /** Every process with a heartbeat, the latest first. */
  processes: z.array(ProcessHealth),
  checked_at: z.iso.datetime(),
});
type Health = z.infer<typeof Health>;

function overall(checks: Record<string, HealthCheck>): Health["status"] {
  const found = Object.values(checks).map(({ status }) => status);
  if (found.includes("down")) return "down";
  return found.every((status) => status === "ok") ? "ok" : "degraded";
}

export const healthRoute = defineRoute({
  method: "GET",
  path: "/agent/health",
  operationId: "getHealth",
  tag: "Agent",
  summary: "Health check for the agent",
  description:
    "Open to everybody, answered within about a second. `degraded` still serves: the data " +
    "product is as it was last observed, the prover as its queue shows.",
  permission: null,
  // A probe must get through when everything else is told to wait.
  gate: "none",
  answers: {
    200: { description: "The agent serves.", schema: Health },
    503: { description: "The database does not answer.", schema: Health },
  },
  async handler({ services }) {
    const { checks, processes } = await checkHealth({ ctx: services });
    const status = overall(checks);
    const body: Health = {
      status,
      agent_id: services.settings.AGENT_ID,
      checks,
      processes,
      checked_at: new Date().toISOString(),
    };
    return { status: status === "down" ? 503 : 200, body };
  },
});
