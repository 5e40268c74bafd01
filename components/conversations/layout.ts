import type { AgentAddress, ConversationDetail, ConversationStep, Lane } from "@/server/contracts";
import { formatElapsed } from "./elapsed";

/** Pixels of the drawing; text is set in 12 px, about 6.6 px a letter. */
export const DIAGRAM = {
  laneWidth: 190,
  gutter: 76,
  head: 64,
  row: 46,
  /** How far a call of a lane on itself reaches to the right. */
  loop: 30,
  letter: 6.6,
} as const;

export interface PlacedLane {
  key: string;
  kind: Lane["kind"];
  /** The product's or agent's id, cut to the lane's width. */
  name: string;
  fullName: string;
  /** The domain, where it is known. */
  domain: string | null;
  /** Ours: this sidecar, or the product beside it. */
  isOwn: boolean;
  x: number;
}

export interface PlacedArrow {
  step: ConversationStep;
  y: number;
  fromX: number;
  toX: number;
  /** A lane's call of itself: drawn as a loop. */
  isLoop: boolean;
  /** Of a message; a call between an agent and its product is drawn dashed. */
  isMessage: boolean;
  /** The label, cut to what fits; where its middle is. */
  text: string;
  textX: number;
  /** Since the first step. */
  elapsed: string;
}

export interface PlacedDiagram {
  width: number;
  height: number;
  lanes: PlacedLane[];
  arrows: PlacedArrow[];
}

export type Drawn = Pick<ConversationDetail, "initiator" | "parties" | "role" | "steps">;

const keyOf = ({ kind, id }: Lane) => `${kind}:${id}`;

/** Cut to so many letters. */
const shorten = (text: string, letters: number) =>
  text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;

/**
 * Left to right as the specification draws it: the initiator's product and agent, then the agents that
 * were asked, then their products. Only lanes that a step touches are drawn.
 */
function orderLanes({ initiator, parties, steps }: Drawn): Lane[] {
  const touched = new Map(
    steps.flatMap(({ from, to }) => [from, to]).map((lane) => [keyOf(lane), lane]),
  );
  const seats = new Map<string, number>();
  seats.set(keyOf({ kind: "product", id: initiator.product_id }), 0);
  seats.set(keyOf({ kind: "agent", id: initiator.agent_id }), 1);
  for (const [index, party] of parties.entries()) {
    seats.set(keyOf({ kind: "agent", id: party.agent_id }), 2 + index);
  }
  const seatOf = (lane: Lane): number => {
    const known = seats.get(keyOf(lane));
    if (known !== undefined) return known;
    // Whoever is asked does not list itself among the parties: agents before products, as they come.
    return lane.kind === "agent" ? 1000 : 2000;
  };
  return [...touched.values()].sort((a, b) => seatOf(a) - seatOf(b));
}

function domainOf({ initiator, parties }: Drawn, { kind, id }: Lane): string | null {
  const addresses = [initiator, ...parties];
  const found = addresses.find(({ agent_id, product_id }) =>
    kind === "agent" ? agent_id === id : product_id === id,
  );
  return found?.domain ?? null;
}

/** We began it, or are neither who began it nor one of the others. */
function isOwn({ initiator, parties, role }: Drawn, { kind, id }: Lane): boolean {
  const isOf = ({ agent_id, product_id }: AgentAddress) =>
    id === (kind === "agent" ? agent_id : product_id);
  if (role === "initiator") return isOf(initiator);
  return !isOf(initiator) && !parties.some(isOf);
}

function placeLanes(conversation: Drawn): PlacedLane[] {
  const { laneWidth, gutter, letter } = DIAGRAM;
  return orderLanes(conversation).map((lane, index) => ({
    key: keyOf(lane),
    kind: lane.kind,
    name: shorten(lane.id, Math.floor((laneWidth - 20) / letter)),
    fullName: lane.id,
    domain: domainOf(conversation, lane),
    isOwn: isOwn(conversation, lane),
    x: gutter + laneWidth / 2 + index * laneWidth,
  }));
}

function placeArrow(
  step: ConversationStep,
  index: number,
  { lanes, beganMs }: { lanes: PlacedLane[]; beganMs: number },
): PlacedArrow[] {
  const { head, row, loop, laneWidth, letter } = DIAGRAM;
  const from = lanes.find(({ key }) => key === keyOf(step.from));
  const to = lanes.find(({ key }) => key === keyOf(step.to));
  if (from === undefined || to === undefined) return [];
  const isLoop = from === to;
  const reach = isLoop ? laneWidth - loop - 12 : Math.abs(to.x - from.x) - 14;
  return [
    {
      step,
      y: head + row * (index + 1),
      fromX: from.x,
      toX: isLoop ? from.x + loop : to.x,
      isLoop,
      isMessage: step.record_id !== null,
      text: shorten(step.label, Math.floor(reach / letter)),
      textX: isLoop ? from.x + loop + 8 : (from.x + to.x) / 2,
      elapsed: formatElapsed(Date.parse(step.at) - beganMs),
    },
  ];
}

/** Where everything of the sequence diagram stands. */
export function placeDiagram(conversation: Drawn): PlacedDiagram {
  const { laneWidth, gutter, head, row } = DIAGRAM;
  const steps = conversation.steps.toSorted((a, b) => a.id - b.id);
  const lanes = placeLanes(conversation);
  const beganMs = Math.min(...steps.map(({ at }) => Date.parse(at)));
  const arrows = steps.flatMap((step, index) => placeArrow(step, index, { lanes, beganMs }));
  return {
    width: gutter + laneWidth * Math.max(1, lanes.length),
    height: head + row * (steps.length + 1),
    lanes,
    arrows,
  };
}
