export { shortSql } from "./format";
export { gainAsked, isSureGain, type JudgeOptions, judge, LOSS_MIN, lostQueries } from "./judge";
export { HARMFUL, isLoss, rejection } from "./rejection";
