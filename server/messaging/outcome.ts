/** What became of one of several: a batch goes on when one of it fails. */
export type Outcome<Value> = { isDone: true; value: Value } | { isDone: false; error: unknown };

export function attempt<Value>(work: () => Value): Outcome<Value> {
  try {
    return { isDone: true, value: work() };
  } catch (error) {
    return { isDone: false, error };
  }
}

/** The next step of those that got so far. */
export function proceed<Value, Next>(
  outcome: Outcome<Value>,
  work: (value: Value) => Next,
): Outcome<Next> {
  return outcome.isDone ? attempt(() => work(outcome.value)) : outcome;
}

/** The same of a step that takes a while. */
export async function proceedAsync<Value, Next>(
  outcome: Outcome<Value>,
  work: (value: Value) => Promise<Next>,
): Promise<Outcome<Next>> {
  if (!outcome.isDone) return outcome;
  try {
    return { isDone: true, value: await work(outcome.value) };
  } catch (error) {
    return { isDone: false, error };
  }
}

export const done = <Value>(outcomes: readonly Outcome<Value>[]): Value[] =>
  outcomes.flatMap((outcome) => (outcome.isDone ? [outcome.value] : []));
