export { startNotifier } from "./notifier";
export { type Notice, notify } from "./notify";
