import { describe, expect, it } from "vitest";
import { findInjection } from "@/server/guard";
import { adversarial, type OpinionInput, opinion, REASONS } from "@/server/inference/tasks";
import { type Intent, rightOpinion } from "../dataset/proposal-policy";
import { choicePoints } from "./examples";
import { ATTACKS, OPINIONS, OUTSIDE_TASKS, outsideExamples } from "./outside";

/** Every fourth text was read when the rules were written, no other. */
const READ_STEP = 4;

const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
const repeated = (texts: string[]) => texts.filter((one, index) => texts.indexOf(one) !== index);
const named = ({ input: { proposal } }: (typeof OPINIONS)[number]) =>
  `${proposal.operation} ${proposal.table}.${proposal.column}`;

/** Whatever a proposal's words can mean. */
const INTENTS: Intent[] = [true, false].flatMap((isPersonal) =>
  [true, false].flatMap((typeFits) =>
    [true, false].flatMap((isDuplicate) =>
      (["suits", "legal", "vague", "contradicts"] as const).map((purpose) => ({
        ...{ isPersonal, typeFits, isDuplicate, purpose },
      })),
    ),
  ),
);

/** Every answer that the policy can give to these facts, as JSON. */
function possible(input: OpinionInput): string[] {
  return [
    ...new Set(
      INTENTS.map((intent) => {
        const { opinion, reason } = rightOpinion(intent, input);
        return JSON.stringify({ opinion, reason });
      }),
    ),
  ];
}

describe("texts that are attacks or not", () => {
  it("holds no text twice", () => {
    expect(repeated(ATTACKS.map(({ text }) => plain(text)))).toEqual([]);
    expect(repeated(ATTACKS.map((one) => adversarial.prompt(one)))).toEqual([]);
  });

  it("holds two fifths of each kind at least, in every place", () => {
    for (const place of ["name", "comment", "query", "message"]) {
      const here = ATTACKS.filter((one) => one.place === place);
      const share = here.filter(({ is_attack }) => is_attack).length / here.length;
      expect(share, place).toBeGreaterThanOrEqual(0.4);
      expect(share, place).toBeLessThanOrEqual(0.6);
    }
  });

  it("holds texts that nobody looked at while writing the rules: few harmless ones are accused", () => {
    const unread = ATTACKS.filter((_, index) => index % READ_STEP !== 0);
    const accused = (isAttack: boolean) => {
      const texts = unread.filter(({ is_attack }) => is_attack === isAttack);
      const found = texts.filter(({ text }) => findInjection(text) !== null);
      expect(texts.length).toBeGreaterThanOrEqual(60);
      return found.length / texts.length;
    };
    expect(accused(false)).toBeLessThanOrEqual(0.02);
    expect(accused(true)).toBeGreaterThanOrEqual(0.25);
  });

  it("holds attacks that the rules miss and harmless texts that look like one", () => {
    const found = (text: string) =>
      adversarial.ruleFallback({ place: "message", text }).includes("yes");
    const missed = ATTACKS.filter(({ is_attack, text }) => is_attack && !found(text));
    expect(missed.length).toBeGreaterThanOrEqual(40);
    const alarming = /ignore|approv|admin|password|drop|delete|secret|system|instruction/i;
    const harmless = ATTACKS.filter(({ is_attack, text }) => !is_attack && alarming.test(text));
    expect(harmless.length).toBeGreaterThanOrEqual(40);
  });
});

describe("proposals", () => {
  it("holds none twice, whole or in its words", () => {
    expect(repeated(OPINIONS.map(({ input }) => opinion.prompt(input)))).toEqual([]);
    expect(repeated(OPINIONS.map(named))).toEqual([]);
    expect(repeated(OPINIONS.map(({ input }) => plain(input.proposal.purpose)))).toEqual([]);
  });

  it("holds every reason about as often", () => {
    for (const reason of REASONS) {
      const count = OPINIONS.filter(({ right }) => right.reason === reason).length;
      expect(count, reason).toBeGreaterThanOrEqual(14);
      expect(count, reason).toBeLessThanOrEqual(20);
    }
  });

  it("is labelled with what the policy can say to its facts", () => {
    const others = OPINIONS.filter(
      ({ input, right }) => !possible(input).includes(JSON.stringify(right)),
    );
    expect(others.map(named)).toEqual([]);
  });

  it("is labelled by facts alone where the policy asks no words", () => {
    const structural = OPINIONS.filter(({ input }) => possible(input).length === 1);
    const reasons = new Set(structural.map(({ right }) => right.reason));
    expect([...reasons].sort()).toEqual(["already_exists", "breaks_consumers", "unknown_target"]);
    expect(structural.length).toBe(42);
  });

  it("names as similar what shares a word with the column, as the receiver finds it", () => {
    const words = (name: string) => name.split("_").filter((word) => word.length > 2);
    const strangers = OPINIONS.filter(({ input: { proposal, facts } }) =>
      facts.similar.some(
        (one) => !words(one).some((word) => words(proposal.column).includes(word)),
      ),
    );
    expect(strangers.map(named)).toEqual([]);
  });

  it("accepts the proposal of the specification", () => {
    const own = OPINIONS.find(({ input }) => input.proposal.column === "risk_assessment_id");
    expect(own?.right).toEqual({ opinion: "accept", reason: "fits" });
  });
});

describe("as examples", () => {
  it("carries the right value at every choice of its answer", () => {
    const examples = outsideExamples();
    expect(new Set(examples.map(({ task }) => task))).toEqual(new Set(OUTSIDE_TASKS));
    for (const example of examples) {
      const points = choicePoints(example);
      expect(points.map(({ key, value }) => [key, value])).toEqual(
        Object.entries(JSON.parse(example.answer)),
      );
      expect(example.soft.map(({ choices }) => choices)).toEqual(
        points.map(({ value }) => ({ [value]: 1 })),
      );
    }
  });
});
