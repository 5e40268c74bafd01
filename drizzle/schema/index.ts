export * from "./identity";
export * from "./knowledge";
export * from "./suggestions";
