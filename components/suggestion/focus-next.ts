export const NEXT_LINK_ID = "next-suggestion";

/** Asked for before the link was there: it comes after the page, with the queue. */
let isAwaited = false;

/** To where the review goes on once the open suggestion is decided or put off. */
export function focusNext(): void {
  const link = document.getElementById(NEXT_LINK_ID);
  isAwaited = link === null;
  link?.focus();
}

/** The link has come: takes the focus that was asked for meanwhile. */
export function focusIfAwaited(): void {
  if (isAwaited) focusNext();
}

/** Another suggestion is open now. */
export function forgetAwaited(): void {
  isAwaited = false;
}
