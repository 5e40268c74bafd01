"use client";
import { useQuery } from "@tanstack/react-query";
import { BookmarkIcon } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Button, buttonVariants } from "@/components/ui/button";
import type { InboxView } from "@/server/contracts";
import { writeQuery } from "./inbox-query";

const ViewsDialog = dynamic(() => import("./views-dialog").then((module) => module.ViewsDialog));

/** The lists that this person gave a name: opened by a click, made of what is shown, deleted. */
export function SavedViews({ tab, view }: { tab: string; view: InboxView }) {
  const trpc = useTRPC();
  const { data: views = [] } = useQuery(trpc.inbox.views.queryOptions());
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      {views.map((saved) => (
        <Link
          key={saved.view_id}
          href={writeQuery(saved.view.tab ?? "review", saved.view)}
          className={buttonVariants({ variant: "ghost" })}
        >
          {saved.name}
        </Link>
      ))}
      <Button variant="ghost" onClick={() => setIsOpen(true)}>
        <BookmarkIcon aria-hidden />
        Views
      </Button>
      {isOpen ? <ViewsDialog tab={tab} view={view} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}
