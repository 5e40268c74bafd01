export { assertStorable, DEPTH_MAX } from "./assert-storable";
export { isDeeperThan } from "./nesting";
