import { expect, test } from "vitest";
import { createRoot } from "@/server/platform";
import { followServedProduct } from "./served-product";

test("a product connected while the first look is under way is heard of", async () => {
  const steps: string[] = [];
  const where = async () => {
    steps.push("look");
    return [];
  };
  const subscribe = async () => {
    steps.push("subscribe");
    return async () => {};
  };
  const db = { select: () => ({ from: () => ({ where }) }), $client: {} };
  const root = createRoot("test", { db: db as never });
  const stop = await followServedProduct({ ...root, bus: { ...root.bus, subscribe } });
  await stop();
  expect(steps).toEqual(["subscribe", "look"]);
});
