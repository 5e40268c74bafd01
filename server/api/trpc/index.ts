export { createContext, describeSession, type SessionView } from "./context";
export { handleTrpcRequest } from "./handle-request";
export type { LiveEvent } from "./live-events";
export { type AppRouter, appRouter } from "./router";
