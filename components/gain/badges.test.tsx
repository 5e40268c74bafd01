import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { StateBadge } from "./badges";

const textOf = (badge: ReactNode) => renderToStaticMarkup(badge).replace(/<[^>]*>/g, "");

test("a rollback is told in place of the state that it ends", () => {
  expect(textOf(<StateBadge state="verified" rollback={null} />)).toBe("Confirmed");
  expect(textOf(<StateBadge state="verified" rollback="running" />)).toBe("Rolling back");
  expect(textOf(<StateBadge state="verified" rollback="failed" />)).toBe("Rollback failed");
  const executed = <StateBadge state="executed" rollback="running" label="Executed, verifying" />;
  expect(textOf(executed)).toBe("Rolling back");
  expect(textOf(<StateBadge state="failed" rollback={null} label="Test failed" />)).toBe(
    "Test failed",
  );
});
