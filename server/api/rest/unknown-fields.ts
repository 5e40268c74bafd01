const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const escapeToken = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** JSON pointers of fields that were sent and that the schema dropped: it does not know them. */
export function findUnknownFields(sent: unknown, parsed: unknown, pointer = ""): string[] {
  if (!isRecord(sent) || !isRecord(parsed)) return [];
  return Object.keys(sent).flatMap((key) => {
    const here = `${pointer}/${escapeToken(key)}`;
    return key in parsed ? findUnknownFields(sent[key], parsed[key], here) : [here];
  });
}
