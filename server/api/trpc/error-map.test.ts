import { TRPCError } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ERROR_CODES } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { toPublicError, toTrpcError } from "./error-map";

describe("error mapping", () => {
  it("keeps code, message and details of every service error", () => {
    for (const code of ERROR_CODES) {
      const mapped = toTrpcError(new AppError(code, `about ${code}`, { details: { code } }));
      expect(toPublicError(mapped)).toEqual({
        appCode: code,
        message: `about ${code}`,
        details: { code },
      });
    }
  });

  it("never shows the text of an unknown error", () => {
    const unknown = new TRPCError({
      code: "INTERNAL_SERVER_ERROR",
      message: "password=hunter2",
      cause: new Error("password=hunter2"),
    });
    expect(JSON.stringify(toPublicError(unknown))).not.toContain("hunter2");
  });

  it("says what is wrong with an input", () => {
    const parsed = z.object({ reason: z.string().min(1) }).safeParse({ reason: "" });
    const error = new TRPCError({ code: "BAD_REQUEST", cause: parsed.error });
    expect(toPublicError(error)).toMatchObject({ appCode: "invalid_input" });
    expect(toPublicError(error).message).toContain("reason");
  });
});
