export { openBroker } from "./open-broker";
export type { Broker, Delivery, Next } from "./port";
