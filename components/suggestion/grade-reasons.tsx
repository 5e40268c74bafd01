import { Term } from "@/components/help/term";
import { Badge } from "@/components/ui/badge";
import type { DecisionCard } from "@/server/contracts";
import { Section } from "./frame";
import { GRADE_TONES } from "./tones";

const NAMES: Record<DecisionCard["evidence"]["reasons"][number]["of"], string> = {
  interval: "Interval",
  pairs: "Pairs",
  sample: "Sample",
  coverage: "Coverage",
  noise: "Noise",
};

/** How good this test run is, measure by measure; its grade is that of the weakest. */
export function GradeReasons({ card }: { card: DecisionCard | null }) {
  if (card === null || card.evidence.grade === null) return null;
  return (
    <Section
      id="grade"
      title="Quality of the evidence"
      description="The grade of this test run is that of its weakest measure."
    >
      <ul className="grid gap-2 text-sm">
        {card.evidence.reasons.map(({ of, grade, text }) => (
          <li key={of} className="grid grid-cols-[5rem_4rem_minmax(0,1fr)] items-start gap-2">
            <span className="text-muted-foreground">
              {of === "interval" ? <Term name="interval">{NAMES[of]}</Term> : NAMES[of]}
            </span>
            <span>
              <Badge tone={GRADE_TONES[grade]}>{grade}</Badge>
            </span>
            <span className="break-words">{text}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
