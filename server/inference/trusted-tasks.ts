import type { InferenceClient } from "./client/types";

/** A change of model is noticed after this at the latest; until then the model refuses by itself. */
const FRESH_MS = 10_000;
/** A worker that is down is asked no more often than this. */
const DOWN_MS = 1000;

interface Known {
  /** undefined: not asked yet. null: nothing says which, so everything may be asked. */
  tasks: readonly string[] | null | undefined;
  freshUntil: number;
  asking: Promise<void> | undefined;
}

const knownOf = new WeakMap<InferenceClient, Known>();

/**
 * Whether the model is trusted with a task, as its status says: what it would refuse anyway need not
 * be asked, candidate by candidate. Only the first call waits for the status, for `waitMsMax` at most;
 * later ones are answered at once, and the status is read again in the background. True when unknown.
 */
export async function isTrusted(
  client: InferenceClient,
  task: string,
  waitMsMax: number,
): Promise<boolean> {
  const known = knownOf.get(client) ?? { tasks: undefined, freshUntil: 0, asking: undefined };
  knownOf.set(client, known);
  if (performance.now() >= known.freshUntil) known.asking ??= readTasks(client, known);
  if (known.tasks === undefined && known.asking !== undefined) {
    const late = new Promise<void>((resolve) => setTimeout(resolve, waitMsMax).unref());
    await Promise.race([known.asking, late]);
  }
  return known.tasks?.includes(task) ?? true;
}

async function readTasks(client: InferenceClient, known: Known): Promise<void> {
  try {
    known.tasks = (await client.status()).model.tasks;
    known.freshUntil = performance.now() + FRESH_MS;
  } catch {
    known.tasks = null;
    known.freshUntil = performance.now() + DOWN_MS;
  } finally {
    known.asking = undefined;
  }
}
