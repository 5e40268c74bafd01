export { openBroker, openSharedBroker } from "./open-broker";
export type { Broker, Consumer, Delivery, Next, Offer, SharedBroker } from "./port";
