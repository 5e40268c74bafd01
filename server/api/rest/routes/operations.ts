import { z } from "zod";
import {
  ExecuteRequest,
  KeepRequest,
  Operation,
  ReapplyRequest,
  RevertRequest,
} from "@/server/contracts";
import {
  getOperation,
  keepExecution,
  reapplyExecution,
  requestExecution,
  requestRevert,
  withdrawOperation,
} from "@/server/execution";
import { answer, defineRoute, jsonBody } from "../define-route";
import { OperationParams, SuggestionParams } from "../parameters";

const accepted = answer("Accepted; follow the operation.", Operation, {
  Location: "Where the operation is read.",
});
const locationOf = ({ operation_id }: Operation) => ({
  location: `/agent/operations/${operation_id}`,
});

export const executeRoute = defineRoute(
  {
    method: "post",
    path: "/agent/execute",
    operationId: "execute",
    tags: ["Operations"],
    summary: "Execute an approved suggestion",
    description:
      "Runs the approved items on the data product, exactly once, provided the schema is the one " +
      "they were proved on. What is not approved is refused with `not_approved`, and what the policy asks " +
      "more for since with `approval_incomplete`. Outside of the policy's maintenance windows it is scheduled " +
      "for the next one; while the emergency stop is on it is refused with `stopped`. Unknown fields " +
      "of the body are refused.",
    permission: "operation.execute",
    request: { body: jsonBody(ExecuteRequest) },
    responses: { 202: accepted },
    errors: [
      ...(["not_found", "not_approved", "not_agreed", "not_executable"] as const),
      ...(["schema_changed", "conflict", "approval_incomplete", "stopped"] as const),
    ],
  },
  async (c) => {
    const operation = await requestExecution({ ctx: c.var.ctx, input: c.req.valid("json") });
    return c.json(operation, 202, locationOf(operation));
  },
);

export const revertRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/revert",
    operationId: "revertSuggestion",
    tags: ["Operations"],
    summary: "Revert an executed suggestion",
    description:
      "Runs the revert script that was prepared before the execution. No body needed, except while the " +
      "emergency stop is on (`confirms_stop: true`); `reason` is kept in the audit log. Unknown fields are refused.",
    permission: "operation.revert",
    request: { params: SuggestionParams, body: jsonBody(RevertRequest, true) },
    responses: { 202: accepted },
    errors: ["not_found", "not_executable", "conflict", "stopped"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    const operation = await requestRevert({ ctx: c.var.ctx, input });
    return c.json(operation, 202, locationOf(operation));
  },
);

export const keepRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/keep",
    operationId: "keepSuggestion",
    tags: ["Operations"],
    summary: "Keep a change although it regressed",
    description:
      "Of an execution whose verification ended as `regressed`: its automatic rollback is taken back, or never " +
      "begins. The reason is kept in the audit log. Refused with `conflict` once the rollback has begun. Unknown " +
      "fields are refused.",
    permission: "operation.revert",
    request: { params: SuggestionParams, body: jsonBody(KeepRequest) },
    responses: { 200: answer("The execution that is kept.", Operation) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await keepExecution({ ctx: c.var.ctx, input }), 200);
  },
);

export const reapplyRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/reapply",
    operationId: "reapplySuggestion",
    tags: ["Operations"],
    summary: "Execute again what was rolled back",
    description:
      "Runs the approved items once more, by the same checks as the first time: the policy as it is now, and the " +
      "schema that was tested. What stands against it is the error. Unknown fields are refused.",
    permission: "operation.execute",
    request: { params: SuggestionParams, body: jsonBody(ReapplyRequest) },
    responses: { 202: accepted },
    errors: [
      ...(["not_found", "not_approved", "not_agreed", "not_executable"] as const),
      ...(["schema_changed", "conflict", "approval_incomplete", "stopped"] as const),
    ],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    const operation = await reapplyExecution({ ctx: c.var.ctx, input });
    return c.json(operation, 202, locationOf(operation));
  },
);

export const withdrawOperationRoute = defineRoute(
  {
    method: "post",
    path: "/agent/operations/{id}/withdraw",
    operationId: "withdrawOperation",
    tags: ["Operations"],
    summary: "Take back an operation that has not begun",
    description:
      "One that is scheduled for a maintenance window, held by the emergency stop, or waits for its turn. It ends " +
      "as `failed`, nothing of it ran, and a suggestion that was to be executed is `approved` as before. No body " +
      "needed; unknown fields are refused.",
    permission: "operation.execute",
    request: { params: OperationParams, body: jsonBody(z.strictObject({}), true) },
    responses: { 200: answer("The operation, taken back.", Operation) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const input = { operation_id: c.req.valid("param").id };
    return c.json(await withdrawOperation({ ctx: c.var.ctx, input }), 200);
  },
);

export const getOperationRoute = defineRoute(
  {
    method: "get",
    path: "/agent/operations/{id}",
    operationId: "getOperation",
    tags: ["Operations"],
    summary: "Follow an operation",
    description: "Its progress, the statements that ran, and actual against expected afterwards.",
    permission: "operation.read",
    request: { params: OperationParams },
    responses: { 200: answer("The operation.", Operation) },
    errors: ["not_found"],
  },
  async (c) => {
    const input = { operation_id: c.req.valid("param").id };
    return c.json(await getOperation({ ctx: c.var.ctx, input }), 200);
  },
);
