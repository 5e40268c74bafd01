export { createContext } from "./context";
export { handleTrpcRequest } from "./handle-request";
export type { LiveEvent } from "./live-events";
export { type AppRouter, appRouter } from "./router";
export { describeSession, type SessionView } from "./session-view";
