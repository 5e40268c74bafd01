import type { AnalyzeRequest, SuspectText } from "@/server/contracts";
import { type AskOptions, type InferenceContext, screenEach } from "@/server/inference";

/** Longest wait for the model's opinion of all texts together, ms: an estimate is due in 60. */
const DEADLINE_MS = 20;

interface ForeignText {
  pointer: string;
  place: "name" | "query";
  text: string;
}

/** A name's words: what steers a reader does so with underscores between its words as well. */
const wordsOf = (name: string) => name.replaceAll("_", " ");

/** Every text of a request that others may have written, queries first. */
function textsOf({ context }: AnalyzeRequest): ForeignText[] {
  const columns = context.current_schema ?? [];
  const named = (pointer: string, text: string): ForeignText => ({ pointer, place: "name", text });
  return [
    ...(context.query_patterns ?? []).map(({ query }, at) => ({
      pointer: `/context/query_patterns/${at}/query`,
      place: "query" as const,
      text: query,
    })),
    ...(context.current_views ?? []).map(({ sql }, at) => ({
      pointer: `/context/current_views/${at}/sql`,
      place: "query" as const,
      text: sql,
    })),
    ...(context.table_name ? [named("/context/table_name", wordsOf(context.table_name))] : []),
    ...columns.map(({ type }, at) => named(`/context/current_schema/${at}/type`, type)),
    ...columns.map(({ name }, at) => named(`/context/current_schema/${at}/name`, wordsOf(name))),
  ];
}

/**
 * Warns of texts of a request that seem to try to steer who reads them, by their place. What is
 * suspect is still only data: it is analyzed like any other. Never rejects.
 */
export async function screenRequest({
  ctx,
  input,
  ...options
}: AskOptions & { ctx: InferenceContext; input: AnalyzeRequest }): Promise<SuspectText[]> {
  const texts = textsOf(input);
  const screenings = await screenEach({ ctx, input: texts, deadlineMs: DEADLINE_MS, ...options });
  return texts.flatMap(({ pointer }, at) => {
    const found = screenings[at];
    if (found === undefined || !found.is_suspect) return [];
    const { score, by, model } = found;
    return [{ code: "suspect_text" as const, pointer, score, by, model }];
  });
}
