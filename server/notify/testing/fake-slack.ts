import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { findBlockFault, findViewFault } from "./slack-limits";

/** A call as it came: its method and its fields. */
export interface SlackCall {
  method: string;
  args: Record<string, string>;
}

interface Message {
  channel: string;
  ts: string;
  text: string;
  blocks: unknown[];
  thread_ts?: string;
  metadata?: unknown;
}

type Answer = Record<string, unknown>;
const refuse = (error: string, more: Answer = {}): Answer => ({ ok: false, error, ...more });

export const FAKE_TEAM = "T0123456789";

/**
 * Slack's methods over HTTP, as far as we call them. It refuses what Slack refuses: an unknown token, channel or
 * message, and blocks or forms beyond the published limits.
 */
export class FakeSlack {
  readonly calls: SlackCall[] = [];
  readonly messages: Message[] = [];
  readonly members = new Map<string, Record<string, unknown>>();
  private readonly faults: { status: number; headers?: Record<string, string>; body: Answer }[] =
    [];
  private clock = 1_700_000_000;

  private constructor(
    private readonly server: Server,
    readonly token: string,
    private readonly channels: ReadonlyMap<string, string>,
  ) {}

  /** `channels`: names by id; the bot is a member of all. */
  static async start(token: string, channels: Record<string, string>): Promise<FakeSlack> {
    const server = createServer();
    const fake = new FakeSlack(server, token, new Map(Object.entries(channels)));
    server.on("request", (request, response) => void fake.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/`;
  }

  /** The next call is refused with 429. */
  limitNext(seconds: number): void {
    const headers = { "retry-after": String(seconds) };
    this.faults.push({ status: 429, headers, body: refuse("ratelimited") });
  }

  failNext(error: string): void {
    this.faults.push({ status: 200, body: refuse(error) });
  }

  /** The next call of this method is refused. */
  refuseNext(method: string, error: string): void {
    this.refusals.set(method, error);
  }
  private readonly refusals = new Map<string, string>();

  /** The next call is carried out, and its answer lost with the connection. */
  loseNextAnswer(): void {
    this.losesAnswer = true;
  }
  private losesAnswer = false;

  callsOf(method: string): SlackCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const type = request.headers["content-type"] ?? "";
    const method = (request.url ?? "").replace(/^\/api\//, "");
    const fields = new URLSearchParams(Buffer.concat(chunks).toString());
    const args = Object.fromEntries(fields);
    this.calls.push({ method, args });
    const send = (status: number, body: Answer, headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const fault = this.faults.shift();
    if (fault !== undefined) return send(fault.status, fault.body, fault.headers);
    if (request.method !== "POST") return send(405, refuse("invalid_method"));
    if (!type.startsWith("application/x-www-form-urlencoded")) {
      return send(200, refuse("invalid_form_data"));
    }
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      return send(200, refuse("invalid_auth"));
    }
    const refused = this.refusals.get(method);
    this.refusals.delete(method);
    const body = refused === undefined ? this.call(method, args) : refuse(refused);
    if (this.losesAnswer) {
      this.losesAnswer = false;
      response.destroy();
      return;
    }
    send(200, body);
  }

  private call(method: string, args: Record<string, string>): Answer {
    switch (method) {
      case "auth.test":
        return { ok: true, team_id: FAKE_TEAM, user_id: "UBOT" };
      case "users.info": {
        const user = this.members.get(args.user ?? "");
        return user === undefined ? refuse("user_not_found") : { ok: true, user };
      }
      case "chat.postMessage":
        return this.post(args);
      case "chat.update":
        return this.update(args);
      case "chat.postEphemeral":
        return this.channelOf(args) === null || !args.user || !args.text
          ? refuse("channel_not_found")
          : { ok: true, message_ts: this.nextTs() };
      case "conversations.history":
      case "conversations.replies":
        return this.history(args);
      case "views.open": {
        const fault = args.trigger_id ? findViewFault(args.view ?? "") : "missing trigger_id";
        return fault === null ? { ok: true, view: {} } : refuse("invalid_arguments", { fault });
      }
      default:
        return refuse("unknown_method");
    }
  }

  /** Slack takes a channel's id, its name with #, and the id of a member (a direct message). */
  private channelOf({ channel = "" }: Record<string, string>): string | null {
    if (this.channels.has(channel)) return channel;
    const named = [...this.channels].find(([, name]) => `#${name}` === channel);
    if (named !== undefined) return named[0];
    return this.members.has(channel) ? `D${channel}` : this.isDirect(channel) ? channel : null;
  }

  private isDirect = (channel: string): boolean => this.members.has(channel.slice(1));

  private nextTs(): string {
    this.clock += 1;
    return `${this.clock}.000100`;
  }

  private post(args: Record<string, string>): Answer {
    const channel = this.channelOf(args);
    if (channel === null) return refuse("channel_not_found");
    const fault = findBlockFault(args.blocks ?? "[]");
    if (fault !== null) return refuse("invalid_blocks", { fault });
    if (!args.text) return refuse("no_text");
    const { thread_ts } = args;
    if (thread_ts !== undefined && !this.messages.some(({ ts }) => ts === thread_ts)) {
      return refuse("thread_not_found");
    }
    const message: Message = {
      ...{ channel, ts: this.nextTs(), text: args.text },
      blocks: JSON.parse(args.blocks ?? "[]") as unknown[],
      ...(thread_ts !== undefined && { thread_ts }),
      ...(args.metadata !== undefined && { metadata: JSON.parse(args.metadata) as unknown }),
    };
    this.messages.push(message);
    return { ok: true, channel, ts: message.ts, message };
  }

  private update(args: Record<string, string>): Answer {
    // By its id alone, as Slack does.
    const message = this.messages.find(
      ({ channel, ts }) => channel === args.channel && ts === args.ts,
    );
    if (message === undefined) return refuse("message_not_found");
    const fault = findBlockFault(args.blocks ?? "[]");
    if (fault !== null) return refuse("invalid_blocks", { fault });
    message.text = args.text ?? "";
    message.blocks = JSON.parse(args.blocks ?? "[]") as unknown[];
    return { ok: true, channel: message.channel, ts: message.ts };
  }

  private history(args: Record<string, string>): Answer {
    // Unlike chat.postMessage, these take an id alone.
    if (!this.channels.has(args.channel ?? "")) return refuse("channel_not_found");
    const isReplies = args.ts !== undefined;
    const found = this.messages.filter(({ channel, thread_ts, ts }) => {
      if (channel !== args.channel) return false;
      return isReplies ? thread_ts === args.ts || ts === args.ts : thread_ts === undefined;
    });
    return { ok: true, messages: [...found].reverse() };
  }
}
