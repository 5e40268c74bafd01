export * from "./identity";
export * from "./knowledge";
export * from "./models";
export * from "./processes";
export * from "./suggestions";
