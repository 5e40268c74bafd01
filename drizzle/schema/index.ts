export * from "./identity";
export * from "./knowledge";
export * from "./messaging";
export * from "./models";
export * from "./notifications";
export * from "./processes";
export * from "./registry";
export * from "./suggestions";
