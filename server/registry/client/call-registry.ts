import { z } from "zod";
import { ErrorCode, MESSAGE_SIGNATURE_HEADER, REGISTRY_AUDIENCE } from "@/server/contracts";
import { signAgentToken, signDetached } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { readBounded } from "@/server/platform/http";

export type ClientContext = Pick<ServiceContext, "db" | "settings" | "clock" | "log">;

/** A token is used once, at once. */
const TOKEN_SECONDS = 60;
const ANSWER_BYTES_MAX = 16_777_216;
const ANSWER_MS_MAX = 5000;

interface Call<Schema extends z.ZodType> {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the registry's address, with its query. */
  path: string;
  /** Sent as JSON, signed with our key. */
  body?: unknown;
  /** Instead of a token of our own: the one-time token of an enrolment. */
  enrolmentToken?: string;
  answer: Schema;
  msMax?: number;
  signal?: AbortSignal;
}

const Refusal = z.object({ code: ErrorCode.optional(), detail: z.string().max(2000).optional() });

function addressOf(settings: ClientContext["settings"], path: string): URL {
  const { MCP_REGISTRY_URL: base } = settings;
  if (base === undefined) {
    throw new AppError(
      "misconfigured",
      "MCP_REGISTRY_URL is not set: there is no registry to ask.",
    );
  }
  return new URL(`.${path}`, base.endsWith("/") ? base : `${base}/`);
}

async function headersOf(ctx: ClientContext, call: Call<z.ZodType>, text: string | null) {
  const { AGENT_ID: agent_id } = ctx.settings;
  const input = { agent_id, audience: REGISTRY_AUDIENCE, ttl_seconds: TOKEN_SECONDS };
  const token = call.enrolmentToken ?? (await signAgentToken({ ctx, input }));
  const authorization = `Bearer ${token}`;
  if (text === null) return { authorization };
  const { signature } = await signDetached({ ctx, input: { text } });
  const signed = { [MESSAGE_SIGNATURE_HEADER]: signature };
  return { authorization, "content-type": "application/json", ...signed };
}

/** The registry's refusal under its own code; `unavailable` for what a registry does not say. */
async function refusalOf(response: Response): Promise<AppError> {
  const text = await readBounded(response, 65_536).catch(() => "");
  const { code, detail } = readJson(Refusal, text) ?? {};
  const message = `The registry refused (${response.status}): ${detail ?? "no reason given"}`;
  return new AppError(code ?? "unavailable", message, { details: { status: response.status } });
}

function readJson<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * One call of the registry, in this agent's name. Throws `misconfigured` without MCP_REGISTRY_URL, the
 * registry's own code when it refuses, `unavailable` when it cannot be reached or answers nonsense.
 */
export async function callRegistry<Schema extends z.ZodType>(
  ctx: ClientContext,
  call: Call<Schema>,
): Promise<z.output<Schema>> {
  const url = addressOf(ctx.settings, call.path);
  const text = call.body === undefined ? null : JSON.stringify(call.body);
  const headers = await headersOf(ctx, call, text);
  const timeout = AbortSignal.timeout(call.msMax ?? ANSWER_MS_MAX);
  const signal = call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]);
  const sent = { method: call.method, headers, signal, redirect: "manual" as const };
  let answered: string;
  try {
    const response = await fetch(url, text === null ? sent : { ...sent, body: text });
    if (!response.ok) throw await refusalOf(response);
    answered = await readBounded(response, ANSWER_BYTES_MAX);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const message = `The registry at ${url.origin} does not answer.`;
    throw new AppError("unavailable", message, { cause });
  }
  const answer = readJson(call.answer, answered);
  if (answer !== null) return answer;
  throw new AppError("unavailable", `What answers at ${url.origin} is not a registry.`);
}
