import type { NormalizedText } from "./normalize-text";

/** What a text seems to try. */
export type InjectionCode =
  | "override"
  | "role"
  | "markup"
  | "secrets"
  | "approval"
  | "sql"
  | "encoded"
  | "addressed";

export interface Rule {
  code: InjectionCode;
  view: keyof NormalizedText;
  /** Sticky where `first` says at which words it is tried, global elsewhere. */
  pattern: RegExp;
  first: ReadonlySet<string>;
  /** Looked for across texts too: an order may be split over several fields. */
  isJoint: boolean;
}

/** Of a rule that is tried at no word in particular. */
export const ANYWHERE: ReadonlySet<string> = new Set();
