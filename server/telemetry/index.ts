export { checkHealth, HealthCheck, ProcessHealth } from "./check-health";
