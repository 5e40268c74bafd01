import { Directory } from "@/server/contracts";
import { getDirectory } from "@/server/registry";
import { answer, defineRoute } from "../define-route";

export const agentsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/agents",
    operationId: "listAgents",
    tags: ["Messages"],
    summary: "Agents of the directory",
    description:
      "Every agent that the registry told of, this one included, from this sidecar's own copy: with " +
      "how old it is (`refreshed_at`), and whether the registry answers now. Agents known once stay " +
      "known while it does not.",
    permission: "conversation.read",
    responses: { 200: answer("The directory.", Directory) },
  },
  async (c) => c.json(await getDirectory({ ctx: c.var.ctx }), 200),
);
