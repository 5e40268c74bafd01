export { widenDecimals } from "./decimal-widths";
export { createShapeParser } from "./parser";
export {
  type FilterFeature,
  type NormalizedQuery,
  parameterValues,
  type SentParameters,
  type ShapeParser,
  type Views,
} from "./shape";
export { deletedRows } from "./writes/reading-select";
