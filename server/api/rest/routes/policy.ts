import { z } from "zod";
import {
  ApprovalStatus,
  ChangeStop,
  EmergencyStop,
  PolicySimulation,
  PolicyVersion,
  PolicyView,
  SetPolicy,
  SimulatePolicy,
  Suggestion,
} from "@/server/contracts";
import { getApproval, reopenSuggestion } from "@/server/decisions";
import {
  engageStop,
  getPolicy,
  getStop,
  liftStop,
  listPolicyVersions,
  setPolicy,
  simulatePolicy,
} from "@/server/policy";
import { answer, defineRoute, jsonBody } from "../define-route";
import { SuggestionParams } from "../parameters";

export const getPolicyRoute = defineRoute(
  {
    method: "get",
    path: "/agent/policy",
    operationId: "getPolicy",
    tags: ["Policy"],
    summary: "Read the approval policy",
    description:
      "Who approves what, when it may be executed, and what is approved automatically. Every rule that " +
      "fits a change applies, and the strictest demand of all counts. `version` is null while no policy is " +
      "stored: then the default holds.",
    permission: "policy.read",
    responses: { 200: answer("The policy that holds.", PolicyView) },
  },
  async (c) => c.json(await getPolicy({ ctx: c.var.ctx }), 200),
);

export const setPolicyRoute = defineRoute(
  {
    method: "put",
    path: "/agent/policy",
    operationId: "setPolicy",
    tags: ["Policy"],
    summary: "Replace the approval policy",
    description:
      "Stores a new version, which holds from now on, for suggestions that are open too; old versions are kept. " +
      "Refused as a `conflict` when the policy is no longer `expected_version`.",
    permission: "policy.manage",
    request: { body: jsonBody(SetPolicy) },
    responses: { 200: answer("The policy that holds now.", PolicyView) },
    errors: ["conflict"],
  },
  async (c) => c.json(await setPolicy({ ctx: c.var.ctx, input: c.req.valid("json") }), 200),
);

export const listPolicyVersionsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/policy/versions",
    operationId: "listPolicyVersions",
    tags: ["Policy"],
    summary: "List the versions of the policy",
    description: "The latest 50, newest first, with who changed it and why.",
    permission: "policy.read",
    responses: {
      200: answer(
        "Versions.",
        z.object({ items: z.array(PolicyVersion) }).meta({ id: "PolicyVersionList" }),
      ),
    },
  },
  async (c) => c.json({ items: await listPolicyVersions({ ctx: c.var.ctx }) }, 200),
);

export const simulatePolicyRoute = defineRoute(
  {
    method: "post",
    path: "/agent/policy/simulate",
    operationId: "simulatePolicy",
    tags: ["Policy"],
    summary: "See what a policy would have done",
    description:
      "Evaluates a policy on the suggestions of the last days, beside the policy that holds (without a policy: " +
      "the one that holds, beside the default). Nothing is changed.",
    permission: "policy.read",
    request: { body: jsonBody(SimulatePolicy, true) },
    responses: { 200: answer("Counts and differences.", PolicySimulation) },
  },
  async (c) => c.json(await simulatePolicy({ ctx: c.var.ctx, input: c.req.valid("json") }), 200),
);

export const getApprovalRoute = defineRoute(
  {
    method: "get",
    path: "/agent/suggestions/{id}/approval",
    operationId: "getApproval",
    tags: ["Decisions"],
    summary: "Read which approvals a suggestion needs",
    description:
      "What the policy asks of it, the approvals that it has, when it may be executed, and the reasons, a sentence " +
      "each. `you` says whether the caller may add an approval.",
    permission: "suggestion.read",
    request: { params: SuggestionParams },
    responses: { 200: answer("The approvals.", ApprovalStatus) },
    errors: ["not_found"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id };
    return c.json(await getApproval({ ctx: c.var.ctx, input }), 200);
  },
);

export const reopenRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/reopen",
    operationId: "reopenSuggestion",
    tags: ["Suggestions"],
    summary: "Ask for a decision on an expired suggestion again",
    description:
      "An expiry is no denial: the suggestion is pending again, without the approvals it had. Refused as " +
      "`schema_changed` where the schema is no longer the tested one. No body needed; unknown fields are refused.",
    permission: "suggestion.analyze",
    request: { params: SuggestionParams, body: jsonBody(z.strictObject({}), true) },
    responses: { 200: answer("The suggestion, pending again.", Suggestion) },
    errors: ["not_found", "conflict", "schema_changed"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id };
    return c.json(await reopenSuggestion({ ctx: c.var.ctx, input }), 200);
  },
);

export const getStopRoute = defineRoute(
  {
    method: "get",
    path: "/agent/stop",
    operationId: "getEmergencyStop",
    tags: ["Policy"],
    summary: "Read the emergency stop",
    description: "Whether automation is stopped, since when, by whom and why, and what it holds.",
    permission: "policy.read",
    responses: { 200: answer("The emergency stop.", EmergencyStop) },
  },
  async (c) => c.json(await getStop({ ctx: c.var.ctx }), 200),
);

export const engageStopRoute = defineRoute(
  {
    method: "post",
    path: "/agent/stop",
    operationId: "engageEmergencyStop",
    tags: ["Policy"],
    summary: "Stop all automation",
    description:
      "From now on no execution and no automatic rollback begins, and nothing is approved automatically. What the " +
      "data product runs already it ends. People may still approve, and roll back with `confirms_stop: true`.",
    permission: "automation.stop",
    request: { body: jsonBody(ChangeStop) },
    responses: { 200: answer("The emergency stop, engaged.", EmergencyStop) },
    errors: ["conflict"],
  },
  async (c) => c.json(await engageStop({ ctx: c.var.ctx, input: c.req.valid("json") }), 200),
);

export const liftStopRoute = defineRoute(
  {
    method: "post",
    path: "/agent/stop/lift",
    operationId: "liftEmergencyStop",
    tags: ["Policy"],
    summary: "Lift the emergency stop",
    description: "Automation goes on. Operations that were held begin within about ten seconds.",
    permission: "policy.manage",
    request: { body: jsonBody(ChangeStop) },
    responses: { 200: answer("The emergency stop, lifted.", EmergencyStop) },
    errors: ["conflict"],
  },
  async (c) => c.json(await liftStop({ ctx: c.var.ctx, input: c.req.valid("json") }), 200),
);
