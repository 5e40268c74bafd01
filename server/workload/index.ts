export { createShapeParser } from "./parser";
export type {
  FilterFeature,
  NormalizedQuery,
  QueryRewriteOption,
  QueryShape,
  QuerySummary,
  ShapeParser,
} from "./shape";
