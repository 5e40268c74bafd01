import type { Change, ConversationAnswer, ProposalDetails } from "@/server/contracts";
import type { Touched } from "./known-here";

/** What one look at our own product found of a proposal. */
export interface Part {
  /** It cannot be accepted in any form. */
  isRejected: boolean;
  reasons: string[];
  touches: Touched[];
  /** Related changes of our own product. */
  changes: Change[];
  /** What would have to be different in the proposal; empty: nothing. */
  wanted: Partial<ProposalDetails>;
}

export const part = (given: Partial<Part>): Part => ({
  isRejected: false,
  reasons: [],
  touches: [],
  changes: [],
  wanted: {},
  ...given,
});

export interface Evaluation {
  answer: ConversationAnswer;
  /** Related changes of our own product, to be tested on a copy. */
  changes: Change[];
}
