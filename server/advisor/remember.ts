/**
 * `compute`, which is asked once for each subject: rules ask for the same again for every column of a
 * product, which may have thousands. A subject must not change once it was asked for.
 */
export function remember<Subject extends object, Found>(
  compute: (subject: Subject) => Found,
): (subject: Subject) => Found {
  const known = new WeakMap<Subject, { found: Found }>();
  return (subject) => {
    const entry = known.get(subject) ?? { found: compute(subject) };
    known.set(subject, entry);
    return entry.found;
  };
}
