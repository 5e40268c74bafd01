export * from "./administration";
export * from "./agent";
export * from "./analyze-request";
export * from "./attribution";
export * from "./calendar";
export * from "./candidate";
export * from "./change";
export * from "./change-facts";
export * from "./change-request";
export * from "./cli";
export * from "./conversation";
export * from "./data-product";
export * from "./decision-card";
export * from "./describe-step";
export * from "./errors";
export * from "./events";
export * from "./evidence";
export * from "./finding";
export * from "./identity";
export * from "./inbox";
export * from "./inference";
export * from "./knowledge";
export * from "./learning";
export * from "./message";
export * from "./message-content";
export * from "./model";
export * from "./notification";
export {
  CHOSEN_EVENTS,
  NOTIFICATION_EVENTS,
  RETRYABLE_STATES,
  WEBHOOK_EVENTS,
} from "./notification-events";
export * from "./order-step";
export * from "./page-values";
export * from "./policy";
export * from "./policy-views";
export * from "./product-fault";
export * from "./proof";
export * from "./queue";
export * from "./regression-policy";
export * from "./rejection";
export * from "./results";
export * from "./row-outcome";
export * from "./suggestion";
export * from "./training";
export * from "./transitions";
export * from "./triage";
export * from "./verdict";
export * from "./verdict-facts";
export * from "./verification";
export * from "./workload-scope";
