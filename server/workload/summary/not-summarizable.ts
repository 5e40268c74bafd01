/**
 * Ends the reading of a query that no summary answers exactly. Never leaves this folder: such a
 * query is a normal outcome, told as null.
 */
export class NotSummarizable extends Error {}

export function refuse(why: string): never {
  throw new NotSummarizable(why);
}
