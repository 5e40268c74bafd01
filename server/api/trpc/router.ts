import { router } from "./init";
import { auditRouter } from "./routers/audit";
import { eventsRouter } from "./routers/events";
import { healthRouter } from "./routers/health";
import { jobsRouter } from "./routers/jobs";
import { modelRouter } from "./routers/model";
import { operationsRouter } from "./routers/operations";
import { productRouter } from "./routers/product";
import { sessionRouter } from "./routers/session";
import { suggestionsRouter } from "./routers/suggestions";

export const appRouter = router({
  suggestions: suggestionsRouter,
  operations: operationsRouter,
  product: productRouter,
  model: modelRouter,
  audit: auditRouter,
  health: healthRouter,
  jobs: jobsRouter,
  session: sessionRouter,
  events: eventsRouter,
});
export type AppRouter = typeof appRouter;
