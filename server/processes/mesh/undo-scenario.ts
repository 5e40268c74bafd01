import { setTimeout as pause } from "node:timers/promises";
import { print, report } from "../supervisor/console";
import { knowsProduct, revertSuggestion } from "./client";
import { MEMBERS } from "./members";
import type { Mesh } from "./mesh";
import { readSides } from "./run-scenario";
import { readLeft, type Scenario, UNTOUCHED } from "./scenarios";

const TICK_MS = 500;
const SECONDS_MAX = 120;

/**
 * Puts everything back as it was before a scenario, so that the next one begins alike: what is in place is rolled
 * back by a person of financing, which rolls it back everywhere. Answers what stayed; empty: nothing did.
 */
export async function undoScenario(
  mesh: Mesh,
  scenario: Scenario,
  conversationId: string,
): Promise<string[]> {
  await scenario.after?.(mesh);
  await mesh.untilAcquainted();
  const { financing } = await readSides(mesh, conversationId);
  const suggestionId = financing?.detail.suggestion_id ?? null;
  const isInPlace = financing?.detail.state === "synced" && suggestionId !== null;
  if (isInPlace) {
    report("the reviewer of financing rolls the change back");
    await revertSuggestion(mesh.sidecar("financing"), suggestionId);
  }
  const deadline = Date.now() + SECONDS_MAX * 1000;
  for (;;) {
    const left = JSON.stringify(await readLeft(mesh));
    const states = await statesOf(mesh, conversationId);
    const isUndone = !isInPlace || states.every((state) => state === "compensated");
    if (isUndone && left === JSON.stringify(UNTOUCHED) && (await allKnow(mesh))) return [];
    if (Date.now() > deadline) {
      print(`  ${states.join(", ")}; the products hold ${left}`);
      return ["What it had left could not be undone within two minutes."];
    }
    await pause(TICK_MS);
  }
}

/** A sidecar answers by the schema that it has observed. */
async function allKnow(mesh: Mesh): Promise<boolean> {
  const known = await Promise.all(MEMBERS.map(({ domain }) => knowsProduct(mesh.sidecar(domain))));
  return known.every(Boolean);
}

async function statesOf(mesh: Mesh, conversationId: string): Promise<string[]> {
  const sides = await readSides(mesh, conversationId);
  return MEMBERS.map(({ domain }) => sides[domain]?.detail.state ?? "no answer");
}
