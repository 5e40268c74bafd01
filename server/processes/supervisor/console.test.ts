import { expect, test } from "vitest";
import { AppError } from "@/server/platform";
import { adviceFor, explain } from "./console";

test.each([
  ["ENOSPC: no space left on device, write", "SIDECAR_DATA_DIR"],
  ['could not extend file "base/5/1": No space left on device', "disk is full"],
  ["signal SIGKILL", "DEMO_ROWS"],
  ["listen EADDRINUSE: address already in use :::9000", "PORT"],
  ["Could not find a production build in the '.next' directory", "npm run build"],
])("%s: the person is told what to do", (said, advice) => {
  expect(adviceFor(said)).toContain(advice);
});

test("a failure of the system keeps its own words and gets advice from its code", () => {
  const error = Object.assign(new Error("write failed"), { code: "ENOSPC" });
  expect(explain(error)).toMatch(/^write failed\n.*df -h/);
  expect(explain(new AppError("conflict", "Port 1 is taken."))).toBe("Port 1 is taken.");
});
