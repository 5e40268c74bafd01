import type { ConversationState } from "@/server/contracts";
import { changeProductColumns, findProductColumn } from "./client";
import type { Domain } from "./members";
import type { Mesh } from "./mesh";
import type { ScenarioName } from "./options";

/** What a person of a domain does with the change of its product. */
type Decision = "approve" | "reject" | "wait";

export interface Scenario {
  title: string;
  /** Differences from the specification's proposal. */
  details: Record<string, unknown>;
  ttlSeconds: number;
  decisions: Record<Domain, Decision>;
  /** How it ends on each side; any of several. */
  ends: Record<Domain, readonly ConversationState[]>;
  /** What the products have afterwards: the type of the new column where it is, and risk's key. */
  leaves: { financing: string | null; reporting: string | null; hasRiskKey: boolean };
  /** Must have run as the specification draws it. */
  isSequence: boolean;
  before?(mesh: Mesh): Promise<void>;
  /** Once, when all have accepted and nothing has been executed. */
  onAccepted?(mesh: Mesh): Promise<void>;
  /** Once, so many seconds after it was proposed. */
  later?: { seconds: number; run(mesh: Mesh): Promise<void> };
  /** Before the next scenario: what it left beside the agreed change. */
  after?(mesh: Mesh): Promise<void>;
}

const COLUMN = { table: "projects", column: "risk_assessment_id" };

/** The specification's message (section 3). */
export const PROPOSAL = {
  table: COLUMN.table,
  column_name: COLUMN.column,
  column_type: "UUID",
  required: false,
  description: "Foreign key to Risk Assessment domain",
  purpose: "Enable cross-domain data joins",
  references: {
    product_id: "risk-assessment",
    table: "risk_assessments",
    column: "risk_assessment_id",
  },
};

const DAY = 86_400;
const ALL_APPROVE = { financing: "approve", risk: "approve", reporting: "approve" } as const;
const IN_PLACE = { financing: "UUID", reporting: "UUID", hasRiskKey: true };
export const UNTOUCHED = { financing: null, reporting: null, hasRiskKey: false };
const all = (...states: ConversationState[]): Scenario["ends"] => ({
  financing: states,
  risk: states,
  reporting: states,
});

const agreement: Scenario = {
  title: "risk_assessment_id on projects, as in the specification",
  details: {},
  ttlSeconds: DAY,
  decisions: ALL_APPROVE,
  ends: all("synced"),
  leaves: IN_PLACE,
  isSequence: true,
};

/** From before the proposal: a minute, as it was asked for; an upgrade takes less. */
const DOWN_SECONDS = 60;
const RESTART_SECONDS = 5;

export const SCENARIOS: Record<ScenarioName, Scenario> = {
  agreement,
  rejection: {
    ...agreement,
    title: "a reference that risk does not have: rejected",
    details: { references: { ...PROPOSAL.references, column: "assessment_number" } },
    ends: {
      financing: ["rejected"],
      risk: ["rejected"],
      reporting: ["rejected", "cancelled"],
    },
    leaves: UNTOUCHED,
    isSequence: false,
  },
  counter: {
    ...agreement,
    title: "a type that risk would not take: its counter-proposal is taken up",
    // Not a text: it would slow financing's SELECT * by more than 5%, and not be proposed at all.
    details: { column_type: "INTEGER" },
    isSequence: false,
  },
  expiry: {
    ...agreement,
    title: "nobody decides: it expires",
    ttlSeconds: 20,
    decisions: { financing: "wait", risk: "wait", reporting: "wait" },
    ends: all("expired", "cancelled", "rejected"),
    leaves: UNTOUCHED,
    isSequence: false,
  },
  "receiver-down": {
    ...agreement,
    title: `risk is down for ${DOWN_SECONDS} s`,
    before: (mesh) => mesh.crashPart("risk"),
    later: { seconds: DOWN_SECONDS, run: (mesh) => mesh.startSidecar("risk") },
  },
  "receiver-restart": {
    ...agreement,
    title: "risk is stopped in order and started again, as for an upgrade",
    before: (mesh) => mesh.stopPart("risk"),
    later: { seconds: RESTART_SECONDS, run: (mesh) => mesh.startSidecar("risk") },
  },
  "registry-down": {
    ...agreement,
    title: "the registry is down: known agents still talk",
    before: (mesh) => mesh.crashPart("registry"),
    after: (mesh) => mesh.startRegistry(),
  },
  "person-no": {
    ...agreement,
    title: "a person of risk says no",
    decisions: { ...ALL_APPROVE, risk: "reject" },
    ends: {
      financing: ["rejected"],
      risk: ["rejected"],
      reporting: ["rejected", "cancelled"],
    },
    leaves: UNTOUCHED,
    isSequence: false,
  },
  "execution-fails": {
    ...agreement,
    title: "reporting's related change fails after all have accepted: rolled back everywhere",
    ends: all("compensated"),
    // Reporting's own team made the column, of another type, past its sidecar: theirs stays.
    leaves: { financing: null, reporting: "INTEGER", hasRiskKey: false },
    onAccepted: (mesh) =>
      changeProductColumns(mesh.sidecar("reporting"), COLUMN.table, {
        add_columns: [{ name: COLUMN.column, type: "INTEGER" }],
      }),
    after: (mesh) =>
      changeProductColumns(mesh.sidecar("reporting"), COLUMN.table, {
        drop_columns: [COLUMN.column],
      }),
    isSequence: false,
  },
};

/** What the products themselves hold now, where a scenario says what they should. */
export async function readLeft(mesh: Mesh): Promise<Scenario["leaves"]> {
  const [financing, reporting, key] = await Promise.all([
    findProductColumn(mesh.sidecar("financing"), COLUMN),
    findProductColumn(mesh.sidecar("reporting"), COLUMN),
    findProductColumn(mesh.sidecar("risk"), {
      ...{ table: "risk_assessments", column: "risk_assessment_id" },
    }),
  ]);
  return {
    financing: financing?.type ?? null,
    reporting: reporting?.type ?? null,
    hasRiskKey: key?.isKey ?? false,
  };
}
