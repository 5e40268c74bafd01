export * from "./change";
export * from "./data-product";
export * from "./events";
export * from "./evidence";
export * from "./identity";
export * from "./knowledge";
export * from "./message";
export * from "./suggestion";
