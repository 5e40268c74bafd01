"use client";
import { TriangleAlertIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

export default function ReviewError({ retry }: { error: Error; retry: () => void }) {
  return (
    <>
      <h1 className="sr-only">Error</h1>
      <Alert
        role="alert"
        tone="negative"
        icon={<TriangleAlertIcon className="size-4" />}
        title="This page could not be loaded"
      >
        <p>Nothing was changed. Try again. If the problem persists, check the web process log.</p>
        <Button variant="outline" size="sm" className="mt-2" onClick={retry}>
          Try again
        </Button>
      </Alert>
    </>
  );
}
