export { widenDecimals } from "./decimal-widths";
export { createShapeParser } from "./parser";
export { typeReader } from "./process-type-reader";
export { shareTextReader, type TextReader, textReader } from "./reader/text-reader";
export {
  type FilterFeature,
  type NormalizedQuery,
  parameterValues,
  type SentParameters,
  type ShapeParser,
  type TextDescription,
  unreadText,
  type Views,
} from "./shape";
export type { TypeReader } from "./type-reader";
export { viewQuery } from "./views";
export { insertedColumns } from "./writes/assigned-parameters";
export { deletedRows } from "./writes/reading-select";
