export { createShapeParser } from "./parser";
export type {
  ColumnRef,
  FilterFeature,
  FilterOperator,
  NormalizedQuery,
  ParameterSource,
  QueryShape,
  ShapeParser,
} from "./shape";
