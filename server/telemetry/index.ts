export { checkHealth, HealthCheck, ProcessHealth } from "./check-health";
export { beatProcess, endProcess, type Process } from "./processes";
