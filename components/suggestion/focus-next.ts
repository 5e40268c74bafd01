export const NEXT_LINK_ID = "next-suggestion";

/** To where the review goes on once the open suggestion is decided or put off. */
export function focusNext(): void {
  document.getElementById(NEXT_LINK_ID)?.focus();
}
