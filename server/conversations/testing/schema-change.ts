import type { ConversationDetail, ConversationTarget } from "@/server/contracts";
import { startConversation } from "../index";
import { type Member, type MemberGiven, type Mesh, tableOf } from "./mesh";

const PROJECTS = tableOf(
  "projects",
  { project_id: "UUID", project_name: "VARCHAR" },
  { key: "project_id" },
);
const ASSESSMENTS = tableOf(
  "risk_assessments",
  { risk_assessment_id: "UUID", score: "INTEGER" },
  { key: "risk_assessment_id" },
);

/** Finance begins; risk keeps the key, and a table of its own of projects. */
export const FINANCE: MemberGiven = { name: "finance", domain: "financing", tables: [PROJECTS] };
export const RISK: MemberGiven = { name: "risk", domain: "risk", tables: [ASSESSMENTS, PROJECTS] };

/** The specification's proposal. */
export const DETAILS = {
  table: "projects",
  column_name: "risk_assessment_id",
  column_type: "UUID",
  required: false,
  description: "Foreign key to Risk Assessment domain",
  purpose: "Enable cross-domain data joins",
};

export function begin(
  member: Member,
  targets: ConversationTarget[],
  details: Record<string, unknown> = {},
): Promise<ConversationDetail> {
  return startConversation({
    ctx: member.reviewer,
    input: {
      ...{ kind: "schema_change", reason: "Joins with risk", priority: "normal" },
      ...{ ttl_seconds: 86_400, targets },
      subject: { operation: "add_column", details: { ...DETAILS, ...details } },
    },
  });
}

/** A conversation as far as all have accepted, and its first change waits for a person. */
export async function beginAgreed(
  mesh: Mesh,
  names: readonly string[],
): Promise<{ id: string; members: Member[] }> {
  const [first] = mesh.members;
  if (first === undefined) throw new Error("A mesh has members.");
  const targets = names.map((name) => ({ agent_id: `agent-${name}` }));
  const { conversation_id: id } = await begin(first, targets);
  await first.prove(id);
  await mesh.run();
  const others = mesh.members.filter(({ address }) => names.includes(address.product_id));
  for (const member of others) {
    await member.prove(id);
    await mesh.advance(member);
    await member.approve(id);
  }
  await mesh.run();
  return { id, members: [first, ...others] };
}

export const statesOf = (members: readonly Member[], id: string): Promise<string[]> =>
  Promise.all(members.map(async (member) => (await member.read(id)).state));
