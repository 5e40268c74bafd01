export { checkHealth, HealthCheck, ProcessHealth } from "./check-health";
export { beatProcess, endProcess, isProcessReady, type Process } from "./processes";
