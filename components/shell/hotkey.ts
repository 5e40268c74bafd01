/** A key a page answers to, and what it does. */
export interface Hotkey {
  /** `KeyboardEvent.key`, e.g. `j`, `Enter`, `?`. */
  key: string;
  label: string;
  run: () => void;
}
