import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** Which message is open stands in the address, so that it can be passed on. */
export function useOpenMessage() {
  const router = useRouter();
  const pathname = usePathname();
  const openRecordId = useSearchParams().get("message");
  const openMessage = useCallback(
    (recordId: string | null) =>
      router.replace(recordId === null ? pathname : `${pathname}?message=${recordId}`, {
        scroll: false,
      }),
    [router, pathname],
  );
  return { openRecordId, openMessage };
}
