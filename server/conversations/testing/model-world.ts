import {
  type CompletionOutcome,
  type ConversationAnswer,
  isFinal,
  type MessageType,
  mayFollow,
  type SuggestionState,
  TRANSITIONS,
} from "@/server/contracts";
import {
  type Action,
  cancelMove,
  checkSequence,
  type Move,
  nextStep,
  type PartyView,
  takeMessage,
  type View,
} from "../machines";
import { isBegun } from "../machines/machine";

/** One side of a conversation in a world without databases: its row, its parties, its own change. */
export interface Side {
  id: string;
  view: View;
  /** Sequences of messages, by the other side. */
  received: Map<string, number>;
  sent: Map<string, number>;
  /** How often its change was executed. */
  executions: number;
  /** Rounds of the proposal that it has accepted. */
  accepted: Set<number>;
  isReverting: boolean;
  /** Its rollback will fail. */
  cannotRevert: boolean;
}

interface Sent {
  from: string;
  to: string;
  sequence: number;
  type: MessageType;
  content: Record<string, unknown>;
  /** Which round of the initiator's it was sent in, or answers. */
  round: number;
}

export interface Plan {
  verdict: ConversationAnswer["verdict"];
  hasOwnChanges: boolean;
  cannotRevert: boolean;
}

const INITIATOR = "initiator";
const DAY_MS = 24 * 3_600_000;

/**
 * The whole of a schema change: the one who begins it and those who are asked, by the very machines,
 * with messages and own changes in memory. Every step checks what must hold at all times.
 */
export class ModelWorld {
  now = Date.UTC(2026, 0, 1);
  readonly sides: Side[];
  readonly inFlight: Sent[] = [];
  readonly delivered: Sent[] = [];
  readonly completions: CompletionOutcome[] = [];

  constructor(
    readonly plans: readonly Plan[],
    ownPlan: Plan,
  ) {
    const initiator = this.makeSide(INITIATOR, {
      ...{ role: "initiator", state: "assessing", hasOwnChanges: true },
      parties: plans.map((_, index) => invited(`party-${index}`)),
    });
    initiator.cannotRevert = ownPlan.cannotRevert;
    this.sides = [initiator];
  }

  get initiator(): Side {
    return this.find(INITIATOR);
  }

  find(id: string): Side {
    const side = this.sides.find((each) => each.id === id);
    if (side === undefined) throw new Error(`There is no side ${id}.`);
    return side;
  }

  private makeSide(id: string, given: Partial<View>): Side {
    const view: View = {
      ...{ kind: "schema_change", role: "participant", state: "evaluating", round: 1 },
      ...{ subject: { operation: "add_column", details: {} }, parties: [], suggestion: null },
      ...{ hasOwnChanges: false, answer: null, approval: "person", refused: null },
      ...{ now: new Date(this.now), expiresAt: new Date(this.now + DAY_MS) },
      ...given,
    };
    return {
      ...{ id, view, received: new Map(), sent: new Map(), executions: 0 },
      ...{ accepted: new Set(), isReverting: false, cannotRevert: false },
    };
  }

  /** Everything that can be done now without anybody else. */
  advance(side: Side): void {
    for (let count = 0; count < 20; count += 1) {
      const step = nextStep({ ...side.view, now: new Date(this.now) });
      side.view.refused = null;
      if (step === null) return;
      if (step.do === "move") this.move(side, step);
      else if (!this.act(side, step.action)) return;
    }
    throw new Error(`${side.id} goes round in circles at ${side.view.state}.`);
  }

  private move(side: Side, move: Move): void {
    const { view } = side;
    const { from, to } = TRANSITIONS.conversation[move.transition];
    if (!(from as readonly string[]).includes(view.state)) {
      throw new Error(`${side.id}: ${move.transition} is not allowed from ${view.state}`);
    }
    if (!mayFollow("conversation", { from: view.state, to })) throw new Error("not in the table");
    view.state = to;
    if (move.extendMs !== null) view.expiresAt = new Date(this.now + move.extendMs);
    if (move.withdraws && view.suggestion !== null) withdraw(view);
    for (const { to: recipients, type, content } of move.messages) {
      for (const recipient of recipients) this.send(side, recipient, type, content);
    }
  }

  private send(side: Side, to: string, type: MessageType, content: Record<string, unknown>): void {
    const sequence = (side.sent.get(to) ?? 0) + 1;
    side.sent.set(to, sequence);
    const { round } = side.view;
    if (type === "acceptance") side.accepted.add(round);
    if (type === "completion") this.completions.push(content.outcome as CompletionOutcome);
    this.inFlight.push({ from: side.id, to, sequence, type, content, round });
  }

  /** False: it was refused, or there is nothing to wait for. */
  private act(side: Side, action: Action): boolean {
    const { view } = side;
    const plan = this.plans[Number(side.id.split("-")[1])];
    switch (action) {
      case "evaluate": {
        const verdict = plan?.verdict ?? "accept";
        const counter = verdict === "counter" && view.round === 1 ? "counter" : "accept";
        view.answer = {
          verdict: verdict === "reject" ? "reject" : counter,
          ...{ reasons: ["why"], evidence: {} },
          counter: { operation: "add_column", details: {} as never },
        };
        view.hasOwnChanges = plan?.hasOwnChanges ?? false;
        return true;
      }
      case "request_change":
        view.suggestion = { state: "proving", reason: "", summary: "", cost: null, rollback: null };
        return true;
      case "execute":
        return this.execute(side);
      case "revert":
        if (view.suggestion) view.suggestion.rollback = "running";
        side.isReverting = true;
        return true;
      case "sample_key":
        throw new Error("no schema change samples a key");
    }
  }

  /** What must hold whenever anything is executed anywhere. */
  private execute(side: Side): boolean {
    const { view, executions } = side;
    if (view.suggestion?.state !== "approved") return false;
    if (view.state !== "accepted") throw new Error(`${side.id} executes while ${view.state}`);
    if (executions > 0) throw new Error(`${side.id} executes twice`);
    const { round } = this.initiator.view;
    if (side.id === INITIATOR) {
      for (const [index] of this.plans.entries()) {
        const party = this.find(`party-${index}`);
        if (!party.accepted.has(round)) throw new Error(`executed without ${party.id}`);
      }
      if (view.parties.some(({ state }) => state === "rejected"))
        throw new Error("after a rejection");
    } else if (this.initiator.executions === 0) throw new Error(`${side.id} executes first`);
    side.executions += 1;
    view.suggestion.state = "executing";
    return true;
  }

  /** Delivers the next message from one side to another, or one of those delivered before once more. */
  deliver(index: number): void {
    const message = this.inFlight[index % Math.max(1, this.inFlight.length)];
    if (message === undefined) return;
    if (this.take(message)) this.inFlight.splice(this.inFlight.indexOf(message), 1);
  }

  redeliver(index: number): void {
    const message = this.delivered[index % Math.max(1, this.delivered.length)];
    if (message !== undefined) this.take(message);
  }

  /** False: it is early, and comes again. */
  private take(message: Sent): boolean {
    let side = this.sides.find(({ id }) => id === message.to);
    if (side === undefined) {
      if (message.sequence > 1) return false;
      side = this.makeSide(message.to, { parties: [invited(INITIATOR)] });
      side.cannotRevert = this.plans[Number(message.to.split("-")[1])]?.cannotRevert ?? false;
      this.sides.push(side);
      side.received.set(message.from, 1);
      this.delivered.push(message);
      return true;
    }
    const order = checkSequence(message.sequence, side.received.get(message.from) ?? 0);
    if (order === "early") return false;
    if (order === "late") return true;
    this.delivered.push(message);
    side.received.set(message.from, message.sequence);
    this.takeIn(side, message);
    return true;
  }

  private takeIn(side: Side, message: Sent): void {
    const { view } = side;
    const { type, content, from, round } = message;
    const isCurrent = round === view.round;
    const taken = takeMessage(view, { from, type, content, isCurrent });
    if (taken.outcome === "out_of_place") return;
    view.parties = view.parties.map((party) =>
      party.agentId === from ? { ...party, ...(taken.party as Partial<PartyView>) } : party,
    );
    if (taken.reply !== null) this.send(side, from, taken.reply.type, taken.reply.content);
    if (taken.revision === null) return;
    withdraw(view);
    Object.assign(view, {
      ...{ state: "evaluating", round: view.round + 1, answer: null },
      ...{ suggestion: null, hasOwnChanges: false, expiresAt: new Date(this.now + DAY_MS) },
    });
  }

  /** The initiator takes up a counter-proposal. */
  revise(): void {
    const { view } = this.initiator;
    if (view.state !== "countered") return;
    withdraw(view);
    Object.assign(view, { state: "assessing", round: view.round + 1, suggestion: null });
    view.parties = view.parties.map(({ agentId }) => invited(agentId));
  }

  /** A person wishes to end it, on that side. */
  cancel(side: Side): void {
    const wish = { label: "a person", reason: "Not wanted." };
    const move = cancelMove({ ...side.view, now: new Date(this.now) }, wish);
    if (move !== null) this.move(side, move);
  }

  /** Something happens to a side's own change: a test run ends, a person decides, the product answers. */
  happen(side: Side, draw: number): void {
    const { suggestion } = side.view;
    if (suggestion === null) return;
    if (side.isReverting) {
      this.endRevert(side);
      return;
    }
    const rare = RARE[suggestion.state] ?? [];
    // Mostly it goes well: only so are the later steps reached.
    const next = rare[draw % OF] ?? USUAL[suggestion.state];
    if (next !== undefined) suggestion.state = next;
  }

  private endRevert(side: Side): void {
    const { suggestion } = side.view;
    side.isReverting = false;
    if (suggestion === null) return;
    if (side.cannotRevert) suggestion.rollback = "failed";
    else Object.assign(suggestion, { state: "reverted", rollback: null });
  }

  /** Everything comes to its end: messages arrive, products answer, people decide nothing, time passes. */
  settle(): void {
    for (let round = 0; round < 60; round += 1) {
      for (let count = 0; this.inFlight.length > 0 && count < 500; count += 1) this.deliver(count);
      for (const side of this.sides) {
        this.advance(side);
        const { suggestion } = side.view;
        if (suggestion?.state === "executing") suggestion.state = "executed";
        if (side.isReverting) this.endRevert(side);
        this.advance(side);
      }
      if (this.inFlight.length > 0) continue;
      if (this.sides.every(({ view }) => isFinal("conversation", view.state))) return;
      this.now += DAY_MS / 4;
    }
    const states = this.sides.map(({ id, view }) => `${id} ${view.state}`);
    throw new Error(`It does not end: ${states.join(", ")}`);
  }
}

const USUAL: Partial<Record<SuggestionState, SuggestionState>> = {
  ...{ proving: "pending", pending: "approved", executing: "executed" },
};
/** Each of these once in so many times. */
const OF = 20;
const RARE: Partial<Record<SuggestionState, SuggestionState[]>> = {
  proving: ["no_gain", "failed"],
  pending: ["rejected", "expired", "superseded"],
  approved: ["superseded"],
  executing: ["failed", "failed", "failed"],
  executed: ["reverted", "reverted", "verified"],
  verified: ["reverted"],
};

const invited = (agentId: string): PartyView => ({ agentId, state: "invited", reasons: [] });

function withdraw({ suggestion }: View): void {
  if (suggestion === null || isBegun(suggestion.state)) return;
  if (suggestion.state === "proving") suggestion.state = "cancelled";
  if (suggestion.state === "pending" || suggestion.state === "approved") {
    suggestion.state = "superseded";
  }
}
