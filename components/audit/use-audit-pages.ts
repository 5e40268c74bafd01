"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "@/components/trpc/client";

const PAGE_SIZE = 50;

/** Audit events page by page. A page that is not full is the last one. */
export function useAuditPages(subjectId: string | undefined) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const subject = subjectId === undefined ? {} : { subject_id: subjectId };
  return useInfiniteQuery({
    queryKey: [...trpc.audit.list.pathKey(), "pages", subject],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query(
        { ...subject, limit: PAGE_SIZE, ...(pageParam === null ? {} : { before_id: pageParam }) },
        { signal },
      ),
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.id),
  });
}
