import type { SuspectText } from "@/server/contracts";
import { foreignTexts, type PlacedText } from "@/server/guard";
import { type AskOptions, type InferenceContext, screenEach } from "@/server/inference";

/** Longest wait for the model's opinion of all texts together, ms: an estimate is due in 60. */
const DEADLINE_MS = 20;

type Place = "name" | "query";

/** Every text of a request that others may have written, queries first: the model is asked of few. */
function textsOf(request: unknown): (PlacedText & { place: Place })[] {
  const texts = foreignTexts(request).filter(({ isKey = false }) => !isKey);
  const placed = texts.map((each) => ({ ...each, place: placeOf(each.pointer) }));
  const at = (place: Place) => placed.filter((each) => each.place === place);
  return [...at("query"), ...at("name")];
}

const placeOf = (pointer: string): Place => (/\/(query|sql)$/.test(pointer) ? "query" : "name");

/**
 * Warns of texts of a request, any JSON, that seem to try to steer who reads them, by their place. What is
 * suspect is still only data: it is analyzed like any other. Never rejects.
 */
export async function screenRequest({
  ctx,
  input,
  ...options
}: AskOptions & { ctx: InferenceContext; input: unknown }): Promise<SuspectText[]> {
  const texts = textsOf(input);
  const screenings = await screenEach({ ctx, input: texts, deadlineMs: DEADLINE_MS, ...options });
  return texts.flatMap(({ pointer }, at) => {
    const found = screenings[at];
    if (found === undefined || !found.is_suspect) return [];
    const { score, by, model } = found;
    return [{ code: "suspect_text" as const, pointer, score, by, model }];
  });
}
