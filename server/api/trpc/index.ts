export { createContext } from "./context";
export type { LiveEvent } from "./event-hub";
export { type AppRouter, appRouter } from "./router";
export { describeSession, type SessionView } from "./session-view";
