import { expect, test } from "vitest";
import {
  MESSAGE_CONTENTS,
  type RegisteredAgent,
  SchemaProposalSubject,
  StartConversation,
} from "@/server/contracts";
import { EMPTY_DRAFT, readDraft, type SchemaChangeDraft } from "./draft";
import { listTargets } from "./targets";

const filled: SchemaChangeDraft = {
  ...EMPTY_DRAFT,
  ...{ table: " projects ", column: "risk_assessment_id", type: "UUID", purpose: "Joins" },
  targets: [{ domain: "risk" }],
};

test("a filled-in form is a schema change that the contracts take as it is", () => {
  const read = readDraft(filled);
  if (!("request" in read)) throw new Error(read.problem.message);
  const request = StartConversation.parse(read.request);
  expect(SchemaProposalSubject.parse(request.subject)).toMatchObject({
    operation: "add_column",
    details: { table: "projects", column_name: "risk_assessment_id", required: false },
  });
  expect(MESSAGE_CONTENTS.schema_proposal.parse(request.subject).details).not.toHaveProperty(
    "default",
    "",
  );
});

test.each([
  ["table", { table: "" }],
  ["column", { column: "  " }],
  ["type", { type: "" }],
  ["default", { isRequired: true }],
  ["targets", { targets: [] }],
] satisfies [keyof SchemaChangeDraft, Partial<SchemaChangeDraft>][])(
  "without %s it is not sent, and that field is named",
  (field, missing) => {
    expect(readDraft({ ...filled, ...missing })).toMatchObject({ problem: { field } });
  },
);

test("a required column with a default is sent", () => {
  const read = readDraft({ ...filled, isRequired: true, default: "0", type: "INTEGER" });
  expect(read).toMatchObject({
    request: { subject: { details: { required: true, default: "0" } } },
  });
});

test("everybody but this sidecar and those that are gone can be asked", () => {
  const agent = (domain: string, status: RegisteredAgent["status"]): RegisteredAgent => ({
    ...{ agent_id: `agent-${domain}`, product_id: domain, domain, status },
    ...{ url: "http://localhost:1", broker_id: null, capabilities: [], message_version: "1" },
    jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "a".repeat(43), kid: "k" }] },
    registered_at: "2026-01-01T00:00:00.000Z",
    last_seen_at: "2026-01-01T00:00:00.000Z",
    lease_until: "2026-01-01T00:00:00.000Z",
    version: 1,
  });
  const agents = [agent("financing", "online"), agent("risk", "offline"), agent("old", "gone")];
  expect(listTargets(agents, "agent-financing").map(({ target }) => target)).toEqual([
    { domain: "risk" },
    { agent_id: "agent-risk" },
  ]);
});
