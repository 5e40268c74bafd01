import { cn } from "@/components/cn";
import { CodeText } from "@/components/common/blocks";
import { GainBar } from "@/components/gain/gain-bar";
import { Term } from "@/components/help/term";
import { Badge } from "@/components/ui/badge";
import type { CardGain, CardLineKey, DecisionCard } from "@/server/contracts";
import { GRADE_TONES, RISK_TONES } from "./tones";

/** What stands first in the eye: the gains, the queries, the evidence. */
const LEADING: readonly CardLineKey[] = ["gain_now", "gain_after_code_changes", "queries"];

/** Terms of the glossary that a line is about. */
export const CARD_TERMS: Partial<Record<CardLineKey, string>> = {
  ...{ gain_now: "gain", evidence: "evidence grade", track_record: "track record" },
  ...{ likelihood: "likelihood", rollback: "rollback", queries: "regressed" },
};

function Label({ line, text }: { line: CardLineKey; text: string }) {
  const term = CARD_TERMS[line];
  return term === undefined ? text : <Term name={term}>{text}</Term>;
}

/** The card's sentences, as every channel has them; here with a picture of the figures beside. */
export function CardLines({ card, isNarrow = false }: { card: DecisionCard; isNarrow?: boolean }) {
  return (
    <dl
      className={cn(
        "grid grid-cols-1 gap-x-6 gap-y-3",
        isNarrow ? null : "sm:grid-cols-2 xl:grid-cols-3",
      )}
    >
      {card.lines.map(({ key, label, text }) => (
        <div key={key} className="min-w-0" data-card-line={key}>
          <dt className="flex items-center gap-2 text-xs text-muted-foreground">
            <Label line={key} text={label} />
            <Mark card={card} line={key} />
          </dt>
          <dd
            className={
              LEADING.includes(key)
                ? "mt-0.5 text-sm font-semibold break-words"
                : "mt-0.5 text-sm break-words"
            }
          >
            <CodeText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Mark({ card, line }: { card: DecisionCard; line: CardLineKey }) {
  switch (line) {
    case "gain_now":
      return <Bar gain={card.gain.now} />;
    case "gain_after_code_changes":
      return <Bar gain={card.gain.after_code_changes} />;
    case "risk":
      return <Badge tone={RISK_TONES[card.risk]}>{card.risk}</Badge>;
    case "evidence": {
      const { grade } = card.evidence;
      return grade === null ? null : <Badge tone={GRADE_TONES[grade]}>{grade}</Badge>;
    }
    case "queries": {
      const regressed = card.queries?.regressed ?? 0;
      return regressed === 0 ? null : <Badge tone="negative">{regressed} slower</Badge>;
    }
    default:
      return null;
  }
}

function Bar({ gain }: { gain: CardGain | null }) {
  if (gain === null || gain.interval === null) return null;
  return <GainBar gain={{ value: gain.value, ...gain.interval }} />;
}
