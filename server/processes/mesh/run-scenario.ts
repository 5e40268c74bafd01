import { setTimeout as pause } from "node:timers/promises";
import { print, report } from "../supervisor/console";
import {
  decide,
  readSide,
  readSuggestionState,
  type Sides,
  startConversation,
  takeUpCounter,
} from "./client";
import { type Domain, MEMBERS } from "./members";
import type { Mesh } from "./mesh";
import { PROPOSAL, readLeft, type Scenario } from "./scenarios";
import { checkSequence, mergeSteps, type Side } from "./sequence";

const TICK_MS = 500;
const SECONDS_MAX = 240;
const ENDED_MS_MAX = 15_000;
const DOMAINS = MEMBERS.map(({ domain }) => domain);

interface Run {
  mesh: Mesh;
  scenario: Scenario;
  conversationId: string;
  beganMs: number;
  isAuto: boolean;
  /** What was printed, decided and done, so that it is once. */
  done: Set<string>;
}

/**
 * Runs one scenario to its end and prints the sequence as it happens. Answers its conversation, and what was not as
 * it should have been; no problems: all was.
 */
export async function runScenario(
  mesh: Mesh,
  scenario: Scenario,
  isAuto: boolean,
): Promise<{ conversationId: string; problems: string[] }> {
  print(`\n${scenario.title}`);
  await scenario.before?.(mesh);
  const beganMs = Date.now();
  const { conversation_id: conversationId } = await startConversation(mesh.sidecar("financing"), {
    kind: "schema_change",
    subject: { operation: "add_column", details: { ...PROPOSAL, ...scenario.details } },
    targets: [{ domain: "risk" }, { domain: "reporting" }],
    reason: "Projects and their risk assessments are joined by hand today.",
    ttl_seconds: scenario.ttlSeconds,
  });
  const run = { mesh, scenario, conversationId, beganMs, isAuto, done: new Set<string>() };
  const sides = await follow(run);
  const problems = sides === null ? ["It has not ended as it should."] : await judge(run, sides);
  return { conversationId, problems };
}

/** Until all sides have ended as the scenario says; null: they ended otherwise, or not within four minutes. */
async function follow(run: Run): Promise<Sides | null> {
  const { mesh, conversationId, scenario, beganMs, isAuto } = run;
  for (;;) {
    const sides = await readSides(mesh, conversationId);
    printNew(run, sides);
    const isAsItShould = DOMAINS.every((domain) => {
      const state = sides[domain]?.detail.state;
      return state !== undefined && scenario.ends[domain].includes(state);
    });
    if (isAsItShould) return sides;
    const seconds = (Date.now() - beganMs) / 1000;
    const isOver = hasEnded(sides, ENDED_MS_MAX);
    // A person takes as long as a person takes.
    if (isOver || (isAuto && seconds > SECONDS_MAX)) {
      for (const domain of DOMAINS) {
        const detail = sides[domain]?.detail;
        print(`  ${domain}: ${detail?.state ?? "no answer"}. ${detail?.status_note ?? ""}`);
      }
      return null;
    }
    await actOn(run, sides, seconds);
    await pause(TICK_MS);
  }
}

/** Ended wherever it was begun, those never asked aside, and nothing has reopened it for so long. */
function hasEnded(sides: Sides, ms: number): boolean {
  const endedBefore = ({ detail: { ended_at } }: Side) =>
    ended_at !== null && Date.now() - Date.parse(ended_at) > ms;
  const begun = Object.values(sides);
  return sides.financing !== undefined && begun.every(endedBefore);
}

export async function readSides(mesh: Mesh, conversationId: string): Promise<Sides> {
  const sides: Sides = {};
  await Promise.all(
    DOMAINS.map(async (domain) => {
      const side = await readSide(mesh.sidecar(domain), conversationId);
      if (side !== null) sides[domain] = side;
    }),
  );
  return sides;
}

function printNew({ done, beganMs }: Run, sides: Sides): void {
  for (const step of mergeSteps(Object.values(sides))) {
    if (!once(done, `step ${step.domain} ${step.id}`)) continue;
    const seconds = ((Date.parse(step.at) - beganMs) / 1000).toFixed(1).padStart(6);
    const arrow = step.record_id === null ? "-->" : "==>";
    const detail = step.detail === "" ? "" : ` (${step.detail})`;
    print(`  +${seconds} s  ${step.from.id} ${arrow} ${step.to.id}: ${step.label}${detail}`);
  }
}

/** True the first time. */
function once(done: Set<string>, what: string): boolean {
  if (done.has(what)) return false;
  done.add(what);
  return true;
}

/** What the scenario has somebody do now. */
async function actOn(run: Run, sides: Sides, seconds: number): Promise<void> {
  const { mesh, scenario, done, conversationId, isAuto } = run;
  const { later } = scenario;
  if (later !== undefined && seconds >= later.seconds && once(done, "later")) await later.run(mesh);
  const state = sides.financing?.detail.state;
  const round = sides.financing?.detail.round;
  if (state === "countered" && once(done, `revise ${round}`)) {
    report("financing takes up the counter-proposal");
    await takeUpCounter(mesh.sidecar("financing"), conversationId);
  }
  if (state === "accepted" && once(done, "accepted")) await scenario.onAccepted?.(mesh);
  for (const domain of DOMAINS) {
    if (isAuto) await decideAsPerson(run, domain, sides);
    else tellPerson(run, domain, sides);
  }
}

/** The suggestion that a person of this domain has to decide on now. */
function awaited(domain: Domain, sides: Sides): string | null {
  const detail = sides[domain]?.detail;
  const isAwaited = detail?.state === (domain === "financing" ? "accepted" : "awaiting_approval");
  return isAwaited ? (detail?.suggestion_id ?? null) : null;
}

async function decideAsPerson(run: Run, domain: Domain, sides: Sides): Promise<void> {
  const suggestionId = awaited(domain, sides);
  const decision = run.scenario.decisions[domain];
  if (suggestionId === null || decision === "wait") return;
  if (!once(run.done, `decide ${suggestionId}`)) return;
  const sidecar = run.mesh.sidecar(domain);
  if ((await readSuggestionState(sidecar, suggestionId)) !== "pending") return;
  report(`the reviewer of ${domain} ${decision === "approve" ? "approves" : "rejects"}`);
  await decide(sidecar, { suggestionId, isApproved: decision === "approve" });
}

function tellPerson({ mesh, done }: Run, domain: Domain, sides: Sides): void {
  const suggestionId = awaited(domain, sides);
  if (suggestionId === null || !once(done, `tell ${suggestionId}`)) return;
  print(`  ${domain} waits for you: ${mesh.sidecar(domain).demo.url}/suggestions/${suggestionId}`);
}

async function judge({ mesh, scenario, beganMs }: Run, sides: Sides): Promise<string[]> {
  const problems: string[] = [];
  const { financing, risk, reporting } = sides;
  if (scenario.isSequence && financing !== undefined) {
    for (const side of [risk, reporting]) {
      if (side !== undefined) problems.push(...checkSequence(financing, side));
    }
  }
  const left = await readLeft(mesh);
  if (JSON.stringify(left) !== JSON.stringify(scenario.leaves)) {
    const [is, should] = [left, scenario.leaves].map((each) => JSON.stringify(each));
    problems.push(`The products hold ${is}; it should be ${should}.`);
  }
  const seconds = ((Date.now() - beganMs) / 1000).toFixed(1);
  const ends = DOMAINS.map((domain) => `${domain} ${sides[domain]?.detail.state}`).join(", ");
  report(`ended after ${seconds} s: ${ends}`);
  return problems;
}
