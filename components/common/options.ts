/** The values of a closed list, in the order of their labels. */
export const valuesOf = <Value extends string>(labels: Record<Value, unknown>): Value[] =>
  // The record has these keys and no other: its type says so.
  Object.keys(labels) as Value[];

/** The value of a closed list that a field or an address names; undefined: none of them. */
export const findValue = <Value extends string>(
  labels: Record<Value, unknown>,
  text: string | null,
): Value | undefined => valuesOf(labels).find((value) => value === text);
