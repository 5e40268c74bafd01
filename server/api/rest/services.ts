import type {
  Actor,
  AnalyzeRequest,
  ApproveRequest,
  ExecuteRequest,
  ListSuggestions,
  Operation,
  RejectRequest,
  Suggestion,
  SuggestionPage,
} from "@/server/contracts";
import type { Root, ServiceContext } from "@/server/platform";
import type { Gate } from "./gate";

type Verb<Input, Output> = (call: { ctx: ServiceContext; input: Input }) => Promise<Output>;
interface OfSuggestion {
  suggestion_id: string;
}

/** The service verbs behind the routes; this interface is all REST knows of them. */
export interface Verbs {
  analyze: Verb<AnalyzeRequest, Suggestion>;
  waitForSuggestion: Verb<OfSuggestion & { seconds: number }, Suggestion>;
  getSuggestion: Verb<OfSuggestion, Suggestion>;
  listSuggestions: Verb<ListSuggestions, SuggestionPage>;
  approveSuggestion: Verb<OfSuggestion & ApproveRequest, Suggestion>;
  rejectSuggestion: Verb<OfSuggestion & RejectRequest, Suggestion>;
  requestExecution: Verb<ExecuteRequest, Operation>;
  requestRevert: Verb<OfSuggestion, Operation>;
  getOperation: Verb<{ operation_id: string }, Operation>;
}

/** What requests are answered with: one set per process. */
export interface RestServices extends Root {
  verbs: Verbs;
  authenticate(headers: Headers): Promise<Actor | null>;
  gates: { requests: Gate; streams: Gate };
  requestBytesMax: number;
  /** How long an event stream lasts and how often it shows that it lives. */
  streamSecondsMax: number;
  heartbeatSeconds: number;
}
