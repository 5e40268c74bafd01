export { shortSql } from "./format";
export { gainAsked, isSureGain, judge, LOSS_MIN, lostQueries } from "./judge";
export { rejection } from "./rejection";
