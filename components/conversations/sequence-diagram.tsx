import { cn } from "@/components/cn";
import type { ConversationDetail } from "@/server/contracts";
import { DIAGRAM, type PlacedArrow, type PlacedLane, placeDiagram } from "./layout";

interface SequenceDiagramProps {
  conversation: ConversationDetail;
  openRecordId: string | null;
  onOpenMessage: (recordId: string) => void;
}

/**
 * The conversation as the specification draws one. A picture for the eye and the mouse: the list of
 * steps beside it tells the same to everybody, and opens the same messages by keyboard.
 */
export function SequenceDiagram({
  conversation,
  openRecordId,
  onOpenMessage,
}: SequenceDiagramProps) {
  const { width, height, lanes, arrows } = placeDiagram(conversation);
  return (
    <div className="hidden sm:block" aria-hidden>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="mx-auto h-auto w-full text-[12px]"
        style={{ maxWidth: width }}
        role="presentation"
      >
        {lanes.map((lane) => (
          <LaneLine key={lane.key} lane={lane} height={height} />
        ))}
        {arrows.map((arrow) => (
          <Arrow
            key={arrow.step.id}
            arrow={arrow}
            isOpen={openRecordId !== null && arrow.step.record_id === openRecordId}
            onOpenMessage={onOpenMessage}
          />
        ))}
      </svg>
    </div>
  );
}

function LaneLine({ lane, height }: { lane: PlacedLane; height: number }) {
  const { laneWidth, head } = DIAGRAM;
  const boxWidth = laneWidth - 12;
  return (
    <g>
      <title>{`${lane.kind === "agent" ? "Agent" : "Data product"} ${lane.fullName}`}</title>
      <line x1={lane.x} x2={lane.x} y1={head - 16} y2={height} className="stroke-border" />
      <rect
        x={lane.x - boxWidth / 2}
        y={2}
        width={boxWidth}
        height={head - 20}
        rx={6}
        className={cn("stroke-border", lane.isOwn ? "fill-info-soft" : "fill-muted")}
      />
      <text x={lane.x} y={20} textAnchor="middle" className="fill-foreground font-medium">
        {lane.name}
      </text>
      <text x={lane.x} y={36} textAnchor="middle" className="fill-muted-foreground text-[11px]">
        {describeLane(lane)}
      </text>
    </g>
  );
}

function describeLane({ kind, domain, isOwn }: PlacedLane): string {
  const what = kind === "agent" ? "agent" : "data product";
  return [isOwn ? `this ${what}` : what, domain].filter(Boolean).join(" · ");
}

interface ArrowProps {
  arrow: PlacedArrow;
  isOpen: boolean;
  onOpenMessage: (recordId: string) => void;
}

function Arrow({ arrow, isOpen, onOpenMessage }: ArrowProps) {
  const { step, y, fromX, toX, isLoop, isMessage, text, textX, elapsed } = arrow;
  const recordId = step.record_id;
  const path = isLoop
    ? `M${fromX} ${y - 8} H${toX} V${y + 6} H${fromX + 2}`
    : `M${fromX} ${y} H${toX}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hidden from assistive technology; the list of steps has buttons
    <g
      onClick={recordId === null ? undefined : () => onOpenMessage(recordId)}
      className={cn(recordId !== null && "group cursor-pointer")}
    >
      <title>{[step.label, step.detail].filter((part) => part !== "").join(": ")}</title>
      <rect
        x={0}
        y={y - 26}
        width="100%"
        height={DIAGRAM.row - 4}
        className={cn("group-hover:fill-muted/60", isOpen ? "fill-muted" : "fill-transparent")}
      />
      <text x={0} y={y + 4} className="fill-muted-foreground text-[11px]">
        {elapsed}
      </text>
      <path
        d={path}
        fill="none"
        strokeWidth={isMessage ? 1.75 : 1.25}
        strokeDasharray={isMessage ? undefined : "4 3"}
        className={isMessage ? "stroke-primary" : "stroke-muted-foreground"}
      />
      <path d={headOf(arrow)} className={isMessage ? "fill-primary" : "fill-muted-foreground"} />
      <text
        x={textX}
        y={isLoop ? y + 3 : y - 8}
        textAnchor={isLoop ? "start" : "middle"}
        className={cn("fill-foreground", isMessage && "underline-offset-2 group-hover:underline")}
      >
        {text}
      </text>
    </g>
  );
}

/** The arrow's head: its tip touches the lane it leads to; a loop leads back to its own. */
function headOf({ y, fromX, toX, isLoop }: PlacedArrow): string {
  const tip = isLoop ? { x: fromX + 1, y: y + 6 } : { x: toX, y };
  const back = isLoop || toX < fromX ? 8 : -8;
  return `M${tip.x} ${tip.y} l${back} -4 v8 z`;
}
