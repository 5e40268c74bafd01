import { DirectoryChanges } from "@/server/contracts";
import { type Database, Lru } from "@/server/platform";
import { type ClientContext, callRegistry } from "../client/call-registry";
import { applyChanges } from "./apply-changes";

/** Asks for the whole directory, whatever is known. */
async function fetchAll(ctx: ClientContext): Promise<void> {
  const path = "/registry/changes?since=0";
  const changes = await callRegistry(ctx, { method: "GET", path, answer: DirectoryChanges });
  await applyChanges(ctx, changes);
}

/** Whoever names an unknown agent or key makes us ask, but not more often than this. */
const AGENT_COOLDOWN_MS = 3000;
const COOLDOWN_MS = 1000;
const AGENTS_MAX = 1000;

interface Asked {
  /** On the clock of `performance.now`, by agent. */
  agents: Lru<number>;
  lastMs: number;
  running: Promise<void> | null;
}
const asked = new WeakMap<Database, Asked>();

function askedOf(db: Database): Asked {
  const found = asked.get(db);
  if (found !== undefined) return found;
  const made = { agents: new Lru<number>(AGENTS_MAX), lastMs: -COOLDOWN_MS, running: null };
  asked.set(db, made);
  return made;
}

/**
 * Asks the registry because of agents, or keys of theirs, that are not known here: once for all that ask
 * at the same time, and seldom again for the same agent. False: it was not asked, or did not answer.
 */
export async function refreshForUnknown({
  ctx,
  input: { agentIds },
}: {
  ctx: ClientContext;
  input: { agentIds: readonly string[] };
}): Promise<boolean> {
  if (ctx.settings.MCP_REGISTRY_URL === undefined) return false;
  const state = askedOf(ctx.db);
  const now = performance.now();
  const isDue = (id: string) =>
    now - (state.agents.get(id) ?? -AGENT_COOLDOWN_MS) >= AGENT_COOLDOWN_MS;
  const due = agentIds.filter(isDue);
  if (state.running === null) {
    if (due.length === 0 || now - state.lastMs < COOLDOWN_MS) return false;
    state.lastMs = now;
    state.running = fetchAll(ctx).finally(() => {
      state.running = null;
    });
  }
  for (const id of due) state.agents.set(id, now);
  try {
    await state.running;
    return true;
  } catch (error) {
    ctx.log.debug({ err: error }, "the directory could not be refreshed for an unknown key");
    return false;
  }
}
