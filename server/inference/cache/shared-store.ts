/** Answers several processes share. It may be slow or away: then it answers null, never throws. */
export interface SharedStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): void;
  close(): Promise<void>;
}
