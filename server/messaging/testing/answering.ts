import { createServer } from "node:http";
import { messageRecordId } from "../envelope";

export type Answer = (
  request: { signature: unknown; text: string },
  recordId: string,
) => Answered | Promise<Answered>;
type Answered = readonly [status: number, body: object];

/** An agent that answers each post as told. */
export async function answering(
  answer: Answer,
): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString("utf8");
    const { sender, message_id } = JSON.parse(text);
    const signature = request.headers["message-signature"];
    const recordId = messageRecordId(sender.agent_id, message_id);
    const [status, body] = await answer({ signature, text }, recordId);
    response.writeHead(status, {
      "content-type": "application/json",
      location: "http://127.0.0.1:1/",
    });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
