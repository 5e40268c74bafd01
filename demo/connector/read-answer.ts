import {
  DuckDBBlobVector,
  type DuckDBDataChunk,
  type DuckDBResult,
  DuckDBVarCharVector,
  JsonDuckDBValueConverter,
} from "@duckdb/node-api";
import type { JsonScalar } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Bytes of all values of an answer. */
export const ANSWER_BYTES_MAX = 8_388_608;

/**
 * Reads rows up to the limit from a streamed result. Throws `too_large` at the first row that makes the
 * answer longer than ANSWER_BYTES_MAX; a text that is too long by itself is not even read.
 */
export async function readAnswer(
  result: DuckDBResult,
  rowLimit: number,
): Promise<{ rows: JsonScalar[][]; isTruncated: boolean }> {
  const rows: JsonScalar[][] = [];
  let bytes = 0;
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (let index = 0; index < chunk.rowCount; index++) {
      if (rows.length === rowLimit) return { rows, isTruncated: true };
      if (bytes + storedBytes(chunk, index) > ANSWER_BYTES_MAX) throw tooLarge();
      const row = chunk.convertRowValues(index, JsonDuckDBValueConverter).map(toScalar);
      bytes += row.reduce<number>((sum, cell) => sum + Buffer.byteLength(String(cell)), 0);
      if (bytes > ANSWER_BYTES_MAX) throw tooLarge();
      rows.push(row);
    }
  }
  return { rows, isTruncated: false };
}

/** Lists and structs travel as JSON text; all else is a scalar already. */
function toScalar(cell: unknown): JsonScalar {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean")
    return cell;
  return JSON.stringify(cell);
}

export const tooLarge = (): AppError =>
  new AppError(
    "too_large",
    `The answer has more than ${ANSWER_BYTES_MAX} bytes, the limit of this connector. Ask for fewer rows or columns.`,
    { details: { limit_bytes: ANSWER_BYTES_MAX } },
  );

/** How DuckDB keeps texts: sixteen bytes for each, of which the first four are its length. */
interface StoredTexts {
  dataView: DataView;
  validity: { itemValid(index: number): boolean };
}
const STORED_BYTES = 16;

/** The package keeps these fields to itself; where it does not have them, texts are read to be counted. */
function isStored(vector: object): vector is StoredTexts {
  const isText = vector instanceof DuckDBVarCharVector || vector instanceof DuckDBBlobVector;
  const validity: unknown = Reflect.get(vector, "validity");
  return (
    isText &&
    Reflect.get(vector, "dataView") instanceof DataView &&
    typeof validity === "object" &&
    validity !== null &&
    "itemValid" in validity
  );
}

/** Bytes of a row's texts, told without reading them. */
function storedBytes(chunk: DuckDBDataChunk, index: number): number {
  let bytes = 0;
  for (let column = 0; column < chunk.columnCount; column++) {
    const vector: object = chunk.getColumnVector(column);
    if (!isStored(vector) || !vector.validity.itemValid(index)) continue;
    bytes += vector.dataView.getUint32(index * STORED_BYTES, true);
  }
  return bytes;
}
