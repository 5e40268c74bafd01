import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { MessageEnvelope, MessageType } from "@/server/contracts";
import { messageSchema } from "./message-schema";

/** Section 3 of the specification, word for word. */
const SPECIFIED = {
  message_id: "msg-123456",
  timestamp: "2023-09-15T14:30:00Z",
  sender: { agent_id: "agent-duckdb-spawn-1", product_id: "duckdb-spawn", domain: "financing" },
  recipient: { agent_id: "agent-risk-assessment-1", product_id: "risk-assessment", domain: "risk" },
  message_type: "schema_proposal",
  content: {
    operation: "add_column",
    details: {
      table: "projects",
      column_name: "risk_assessment_id",
      column_type: "UUID",
      required: false,
      description: "Foreign key to Risk Assessment domain",
      purpose: "Enable cross-domain data joins",
    },
  },
  requires_response: true,
  priority: "normal",
  ttl_seconds: 3600,
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
const validate = ajv.compile(messageSchema());

test("the specification's example fits", () => {
  expect(validate(SPECIFIED) ? [] : validate.errors).toEqual([]);
  expect(MessageEnvelope.parse(SPECIFIED)).toEqual(SPECIFIED);
});

test("fields nobody named and types of a later version fit; the envelope's own must", () => {
  expect(validate({ ...SPECIFIED, later: { a: 1 } })).toBe(true);
  expect(validate({ ...SPECIFIED, message_type: "of_a_later_version", content: {} })).toBe(true);
  for (const change of [{ ttl_seconds: 0 }, { priority: "soon" }, { sender: {} }, { content: 1 }]) {
    expect(validate({ ...SPECIFIED, ...change })).toBe(false);
  }
});

test("each type's content is checked, and of its type alone", () => {
  expect(validate({ ...SPECIFIED, content: { operation: "no_such_operation" } })).toBe(false);
  expect(validate({ ...SPECIFIED, message_type: "quality_alert" })).toBe(false);
  const content = { table: "projects", severity: "critical" };
  expect(validate({ ...SPECIFIED, message_type: "quality_alert", content })).toBe(true);
});

test("every type has a definition, and the schema is the same each time", () => {
  const { $defs } = messageSchema();
  expect(Object.keys(Object($defs)).sort()).toEqual([...MessageType.options].sort());
  expect(messageSchema()).toEqual(messageSchema());
});
