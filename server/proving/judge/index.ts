export { shortSql } from "./format";
export { judge, LOSS_MIN } from "./judge";
