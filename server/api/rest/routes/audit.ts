import { z } from "zod";
import { AuditPage, ExportAudit, ListAudit } from "@/server/contracts";
import { exportAudit, listAudit } from "@/server/knowledge";
import { answer, defineRoute } from "../define-route";
import { AuditExportQuery, AuditQuery } from "../parameters";

export const listAuditRoute = defineRoute(
  {
    method: "get",
    path: "/agent/audit",
    operationId: "listAudit",
    tags: ["Agent"],
    summary: "List audit entries",
    description:
      "Every state change, newest first: who made it, and the state before and after. Parameters " +
      "narrow it: `actor` is a part of the actor's name, `action` and `subject_type` are whole names.",
    permission: "audit.read",
    request: { query: AuditQuery },
    responses: { 200: answer("Entries.", AuditPage) },
  },
  async (c) => {
    const input = ListAudit.parse(c.req.valid("query"));
    const items = await listAudit({ ctx: c.var.ctx, input });
    const last = items.length < input.limit ? undefined : items.at(-1);
    return c.json({ items, next_before_id: last?.id ?? null }, 200);
  },
);

/** Pieces of text as the body of an answer; the source is ended when the reader leaves. */
function bodyOf(pieces: AsyncGenerator<string>): { body: ReadableStream; closed: Promise<void> } {
  const encoder = new TextEncoder();
  let settle = () => {};
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      settle();
    },
    async cancel() {
      settle();
      await pieces.return(undefined);
    },
  });
  return { body, closed };
}

const TYPES = { csv: "text/csv; charset=utf-8", json: "application/json" };

export const exportAuditRoute = defineRoute(
  {
    method: "get",
    path: "/agent/audit/export",
    operationId: "exportAudit",
    tags: ["Agent"],
    summary: "Export audit entries as a file",
    description:
      "All entries that match, newest first, as CSV or JSON, sent as they are read. In CSV a text " +
      "that a spreadsheet would take for a formula begins with an apostrophe. Where more than 100,000 " +
      "match, the request is refused: choose a shorter period.",
    permission: "audit.read",
    limiter: "streams",
    request: { query: AuditExportQuery },
    responses: {
      200: {
        description: "The file.",
        content: {
          "text/csv": { schema: z.string() },
          "application/json": { schema: AuditPage.shape.items },
        },
      },
    },
  },
  async (c) => {
    const input = ExportAudit.parse(c.req.valid("query"));
    const { body, closed } = bodyOf(await exportAudit({ ctx: c.var.ctx, input }));
    c.set("streamClosed", closed);
    const headers = {
      "content-type": TYPES[input.format],
      "content-disposition": `attachment; filename="audit.${input.format}"`,
      "x-accel-buffering": "no",
    };
    return new Response(body, { headers });
  },
);
