import { z } from "zod";
import { ChangeKind } from "@/server/contracts";
import { answerSchema, type Task } from "./task";
import { foreign, sentence } from "./words";

const TEXT_MAX = 400;
const WORDS_MAX = 40;

/** Figures an explanation may speak of: it names the slot, the evidence fills it. */
const SLOTS = [
  ...(["gain", "before", "after", "rows", "calls"] as const),
  ...(["storage", "inserts", "table", "target"] as const),
] as const;
type Slot = (typeof SLOTS)[number];

/** What was measured of a suggestion, in words: figures stay outside. */
export const ExplanationInput = z.object({
  kind: ChangeKind,
  detail: z.string().nullable(),
  table: z.string(),
  /** Column or columns; empty where there is none. */
  target: z.string(),
  /** What its heaviest query does: look-up, range, grouping, join, sort or plain reading. */
  use: z.enum(["lookup", "range", "group", "join", "sort", "read"]),
  verdict: z.enum(["passed", "no_gain", "slower", "cost_exceeds_gain", "results_differ"]),
  size: z.enum(["small", "large", "huge"]),
  /** What it costs beside: nothing to speak of, storage, or slower inserts. */
  cost: z.enum(["none", "storage", "inserts"]),
});
export type ExplanationInput = z.infer<typeof ExplanationInput>;

const Answer = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(TEXT_MAX)
    .regex(/^[^0-9]*$/, "no digits"),
});

/** A plain explanation of a measured suggestion, its figures slots such as `<gain>`. */
export const explanation: Task<typeof ExplanationInput, { text: string; slots: Slot[] }> = {
  name: "explanation",
  input: ExplanationInput,
  instruction:
    "Explain the measured suggestion to its reviewer in one or two plain sentences of at most 40 words. Write no digits: name figures by slots <gain>, <before>, <after>, <rows>, <calls>, <storage>, <inserts>; <table> and <target> are what is changed.",
  schema: answerSchema({ text: { type: "string", maxLength: TEXT_MAX, pattern: "^[^0-9]*$" } }),
  prompt: ({ kind, detail, table, target, use, verdict, size, cost }) =>
    sentence([
      "explain",
      kind,
      detail?.toLowerCase().replaceAll(" ", "_") ?? "",
      foreign(table, 40),
      foreign(target, 60),
      ...[`use ${use}`, verdict, size, cost === "none" ? "" : `costs ${cost}`],
    ]),
  byRules: ({ verdict }) =>
    JSON.stringify({
      text:
        verdict === "passed"
          ? "The targeted queries take <after> instead of <before>, <gain> less, in <calls> calls."
          : "The measurement showed no gain worth a change: <before> before, <after> after.",
    }),
  /** Throws a ZodError also where a slot is unknown or the text is too long. */
  read(answer) {
    const { text } = Answer.refine(
      (one) => one.text.split(/\s+/).length <= WORDS_MAX,
      "too many words",
    ).parse(JSON.parse(answer));
    const named = [...text.matchAll(/<([^>]*)>/g)].map((match) => match[1]);
    return { text, slots: [...new Set(z.array(z.enum(SLOTS)).parse(named))] };
  },
};
