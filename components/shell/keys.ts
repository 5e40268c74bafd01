/** A key a page answers to, and what it does. */
export interface Hotkey {
  /** `KeyboardEvent.key`, e.g. `j`, `Enter`, `?`. */
  key: string;
  label: string;
  run: () => void;
}

/** What each key does, page by page: said here alone, on the sheet of keys and on the help page. */
export const INBOX_KEYS = {
  j: "Next suggestion",
  k: "Previous suggestion",
  o: "Open the current suggestion",
  Enter: "Open the current suggestion",
  x: "Select or deselect it",
  a: "Approve it, or what is selected",
  r: "Reject it, or what is selected",
  u: "Mark it as unread",
  s: "Snooze it for a day",
  "/": "Search the list",
};

export const SUGGESTION_KEYS = {
  a: "Approve the chosen changes",
  r: "Reject",
  e: "Execute what is approved",
  u: "Back to the inbox",
};

export const COMMON_KEYS = { "?": "Show keyboard shortcuts" };
