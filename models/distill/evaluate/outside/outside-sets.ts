import { z } from "zod";
import { AdversarialInput, OpinionInput, REASONS } from "@/server/inference/tasks";
import adversarialJson from "./adversarial.json";
import opinionsJson from "./opinions.json";

const Attack = z.strictObject({ ...AdversarialInput.shape, is_attack: z.boolean() });
const Opinion = z.strictObject({
  input: OpinionInput,
  right: z.strictObject({
    opinion: z.enum(["accept", "reject", "counter"]),
    reason: z.enum(REASONS),
  }),
});

/**
 * Texts and proposals written by hand, by somebody who had not read the generator's lists: what a model
 * says of them tells whether it learnt the meaning or the generator's phrases. They are only for
 * judging. A model trained on them, or chosen by looking at them one by one, has no outside set left.
 */
export const ATTACKS = z.array(Attack).parse(adversarialJson);
export const OPINIONS = z.array(Opinion).parse(opinionsJson);

/** Tasks that have a set written apart from the generator. */
export const OUTSIDE_TASKS: readonly string[] = ["adversarial", "opinion"];
