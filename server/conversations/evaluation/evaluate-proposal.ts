import type { AgentAddress, SchemaProposalSubject } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { newNameFault } from "@/server/sql";
import { type Evaluation, type Part, part } from "./finding";
import { findKeyPart } from "./key-part";
import type { KnownHere } from "./known-here";
import { findMirrorPart } from "./mirror-part";

/**
 * What another agent's proposal touches here, and how it is answered: from schema, statistics, queries,
 * views and summaries of our own product, and DuckDB's word on types. What has to change here is named as
 * typed changes, which are tested on a copy before anything is said.
 */
export async function evaluateProposal(
  here: KnownHere,
  { proposal, sender }: { proposal: SchemaProposalSubject; sender: AgentAddress },
): Promise<Evaluation> {
  const fault = await findFault(here, proposal);
  if (fault !== null) return conclude(proposal, [part({ isRejected: true, reasons: [fault] })]);
  const isTyped = proposal.operation === "add_column" || proposal.operation === "change_type";
  const key = isTyped ? await findKeyPart(here, proposal.details) : part({});
  // What the key asks for is what the mirror would get.
  const details = { ...proposal.details, ...key.wanted };
  const mirror = await findMirrorPart(here, { ...proposal, details }, sender);
  const parts = [key, mirror];
  if (parts.every(isEmpty)) parts.push(nothingTouched(here, proposal));
  return conclude(proposal, parts);
}

/** A name or type that is none. */
async function findFault(
  { types }: KnownHere,
  { operation, details }: SchemaProposalSubject,
): Promise<string | null> {
  if (operation === "rename_column") return newNameFault(details.new_name ?? "");
  if (operation === "add_table") return newNameFault(details.table);
  if (operation === "drop_column") return null;
  const name = operation === "add_column" ? newNameFault(details.column_name) : null;
  if (name !== null) return name;
  const read = await types.read(details.column_type);
  return read.isType ? null : `The type of the column is not valid: ${read.reason}.`;
}

const isEmpty = ({ reasons, touches }: Part): boolean => reasons.length + touches.length === 0;

function nothingTouched({ schema, texts }: KnownHere, proposal: SchemaProposalSubject): Part {
  const count = (kind: string) => texts.filter((text) => text.kind === kind).length;
  const looked = [
    formatPlural(schema.tables.length, "table"),
    formatPlural(count("view"), "view"),
    formatPlural(count("query"), "query shape"),
  ].join(", ");
  const { table, column_name: column } = proposal.details;
  const named = column === "" ? table : `${table}.${column}`;
  return part({ reasons: [`Nothing here has to do with ${named}: looked up ${looked}.`] });
}

const TOUCHES_MAX = 200;
const REASONS_MAX = 50;

function conclude(proposal: SchemaProposalSubject, parts: readonly Part[]): Evaluation {
  const isRejected = parts.some((each) => each.isRejected);
  const wanted = Object.assign({}, ...parts.map((each) => each.wanted)) as Part["wanted"];
  const isCountered = !isRejected && Object.keys(wanted).length > 0;
  const details = { ...proposal.details, ...wanted };
  return {
    answer: {
      verdict: isRejected ? "reject" : isCountered ? "counter" : "accept",
      reasons: parts
        .flatMap(({ reasons }) => reasons.map((text) => text.slice(0, 1000)))
        .slice(0, REASONS_MAX),
      evidence: { touches: parts.flatMap(({ touches }) => touches).slice(0, TOUCHES_MAX) },
      counter: isCountered ? { ...proposal, details } : null,
    },
    changes: isRejected ? [] : parts.flatMap(({ changes }) => changes),
  };
}
