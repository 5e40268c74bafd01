import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { explainError } from "./explain-error";

/** Says for a few seconds what went wrong, in plain words. */
export function toastError(error: unknown): void {
  const { title, message } = explainError(error);
  toast.error(title, { description: message });
}

/**
 * Handlers of a mutation: what was done, or went wrong, is said, and everything below `queryKey` is loaded
 * again either way.
 */
export function useActionHandlers(queryKey: QueryKey) {
  const queryClient = useQueryClient();
  return (done: string) => ({
    onSuccess: () => void toast.success(done),
    onError: toastError,
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}
