import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { explainError } from "./explain-error";
import { toastFailure, toastSuccess } from "./toasts";

/** Says for a few seconds what went wrong, in plain words. */
export function toastError(error: unknown): void {
  const { title, message } = explainError(error);
  toastFailure(title, message);
}

/**
 * Handlers of a mutation: what was done, or went wrong, is said, and everything below `queryKey` is loaded
 * again either way.
 */
export function useActionHandlers(queryKey: QueryKey) {
  const queryClient = useQueryClient();
  return (done: string) => ({
    onSuccess: () => toastSuccess(done),
    onError: toastError,
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}
