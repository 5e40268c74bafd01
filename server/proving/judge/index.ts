export { shortSql } from "./format";
export { isSureGain, judge, LOSS_MIN } from "./judge";
