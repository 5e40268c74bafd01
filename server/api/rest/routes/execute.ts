import { z } from "zod";
import { ExecuteRequest, Operation } from "@/server/contracts";
import { defineRoute } from "../define-route";
import { OperationParams, SuggestionParams } from "../parameters";

const accepted = (operation: Operation) => ({
  status: 202,
  body: operation,
  headers: { location: `/agent/operations/${operation.operation_id}` },
});
const followed = {
  202: {
    description: "Accepted; follow the operation.",
    schema: Operation,
    headers: { Location: "Where the operation is read." },
  },
};

export const executeRoute = defineRoute({
  method: "POST",
  path: "/agent/execute",
  operationId: "execute",
  tag: "Operations",
  summary: "Execute an approved suggestion",
  description:
    "Runs the approved items on the data product, exactly once, provided the schema is the one " +
    "they were proved on. What is not approved is refused with `not_approved`.",
  permission: "operation.execute",
  body: ExecuteRequest,
  answers: followed,
  errors: ["not_found", "not_approved", "not_executable", "schema_changed", "conflict"],
  async handler({ ctx, services: { verbs }, body }) {
    return accepted(await verbs.requestExecution({ ctx, input: body }));
  },
});

export const revertRoute = defineRoute({
  method: "POST",
  path: "/agent/suggestions/{id}/revert",
  operationId: "revertSuggestion",
  tag: "Operations",
  summary: "Revert an executed suggestion",
  description: "Runs the revert script that was prepared before the execution. No body needed.",
  permission: "operation.revert",
  params: SuggestionParams,
  body: z.object({}),
  isBodyOptional: true,
  answers: followed,
  errors: ["not_found", "not_executable", "conflict"],
  async handler({ ctx, services: { verbs }, params }) {
    const input = { suggestion_id: params.id };
    return accepted(await verbs.requestRevert({ ctx, input }));
  },
});

export const getOperationRoute = defineRoute({
  method: "GET",
  path: "/agent/operations/{id}",
  operationId: "getOperation",
  tag: "Operations",
  summary: "Follow an operation",
  description: "Its progress, the statements that ran, and actual against expected afterwards.",
  permission: "operation.read",
  params: OperationParams,
  answers: { 200: { description: "The operation.", schema: Operation } },
  errors: ["not_found"],
  async handler({ ctx, services: { verbs }, params }) {
    const input = { operation_id: params.id };
    return { status: 200, body: await verbs.getOperation({ ctx, input }) };
  },
});
