import { openSlack, type SlackClient, takeSlackRequest } from "@/server/notify";
import { AppError, type Root } from "@/server/platform";
import {
  API_SECURITY_HEADERS,
  bodyLimits,
  callerOf,
  countRequest,
  methodNotAllowed,
  problemResponse,
  readText,
  requestIdOf,
} from "../http";
import { answerInteraction } from "./answer-interaction";
import { readInteraction } from "./payload";

const clients = new WeakMap<Root, SlackClient>();

function slackOf(root: Root): SlackClient {
  const client = clients.get(root) ?? openSlack(root.settings, root.log);
  if (client === null) throw new AppError("not_found", "Slack is not configured here.");
  clients.set(root, client);
  return client;
}

async function answer(request: Request, root: Root): Promise<Response> {
  if (request.method !== "POST") throw methodNotAllowed(["POST"]);
  await countRequest({ ctx: root, input: { caller: callerOf(null, request) } });
  const body = await readText(request, bodyLimits(root.settings));
  const { headers } = request;
  const timestamp = headers.get("x-slack-request-timestamp");
  const signature = headers.get("x-slack-signature");
  await takeSlackRequest({ ctx: root, input: { timestamp, signature, body } });
  const interaction = readInteraction(body);
  if (interaction === null) return new Response(null, { status: 200 });
  const answered = await answerInteraction({ root, slack: slackOf(root) }, interaction);
  return answered === null ? new Response(null, { status: 200 }) : Response.json(answered);
}

/**
 * A press of a button or a sent form in Slack. Refused unless Slack signed it within five minutes and it
 * never came before; then it is answered with the verbs that the page calls, by the person pressing it.
 */
export async function handleSlackRequest(request: Request, root: Root): Promise<Response> {
  const requestId = requestIdOf(request.headers.get("x-request-id"));
  let response: Response;
  try {
    response = await answer(request, root);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) root.log.error({ err: thrown, requestId }, "slack request");
    response = problemResponse(thrown, requestId, request.url);
  }
  const headers = { "cache-control": "no-store", "x-request-id": requestId };
  for (const [name, value] of Object.entries({ ...headers, ...API_SECURITY_HEADERS })) {
    response.headers.set(name, value);
  }
  return response;
}
