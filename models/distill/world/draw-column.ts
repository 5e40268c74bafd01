import type { Rng } from "../random";
import type { ColumnRole, ColumnSpec, Domain } from "./types";

const DAYS_MAX = 3650;

/** How a role's columns are named, `E` an entity, `M` a measure, `C` a category word. */
const NAMES: Record<ColumnRole, readonly string[]> = {
  id: ["E_id", "id", "E_key", "E_uid"],
  code: ["E_number", "E_code", "E_reference", "external_ref", "E_no", "tracking_code"],
  foreign_key: ["E_id", "E_key", "parent_E_id", "E_ref", "fk_E"],
  category: ["C", "E_status", "C_type", "E_kind", "C_class", "state", "E_category"],
  place: ["city", "region", "E_region", "country", "postcode", "E_location", "area_name"],
  day: ["E_date", "valid_from", "due_date", "E_day", "start_date", "closed_on", "date_of_E"],
  instant: ["created_at", "updated_at", "E_time", "recorded_at", "E_timestamp", "event_time"],
  measure: ["M", "total_M", "M_value", "avg_M", "E_M", "M_net"],
  flag: ["is_active", "has_C", "is_deleted", "E_flag", "verified", "archived"],
  person: ["E_name", "full_name", "contact", "owner_name", "label", "E_title"],
  email: ["email", "E_email", "contact_mail", "login", "phone"],
  note: ["notes", "description", "E_comment", "remarks", "payload"],
};

/** A column of a role: words from the domain, a cardinality such columns have. */
export function drawColumn(
  rng: Rng,
  domain: Domain,
  role: ColumnRole,
  entity: string,
  rows: number,
): ColumnSpec {
  const other = rng.pick(domain.entities);
  const name = rng
    .pick(NAMES[role])
    .replace("E", role === "foreign_key" || rng.chance(0.2) ? other : entity)
    .replace("M", rng.pick(domain.measures))
    .replace("C", rng.pick(domain.categories));
  const nullShare = role === "id" || rng.chance(0.7) ? 0 : rng.pick([0.01, 0.05, 0.2, 0.5, 0.8]);
  const distinct = Math.max(1, Math.min(rows, Math.round(drawDistinct(rng, role, rows))));
  const isTime = role === "day" || role === "instant";
  return {
    name,
    role,
    type: typeOf(rng, role),
    distinct,
    nullShare: role === "code" && rng.chance(0.6) ? 0 : nullShare,
    isRising: role === "id" ? rng.chance(0.7) : isTime && rng.chance(0.5),
    skew: role === "foreign_key" || role === "category" ? rng.pick([1, 1, 2, 3]) : 1,
  };
}

/** Distinct values such a column has among `rows` rows, at random; not rounded. */
export function drawDistinct(rng: Rng, role: ColumnRole, rows: number): number {
  switch (role) {
    case "id":
    case "code":
      return rows;
    case "foreign_key":
      return rng.chance(0.75) ? rows / rng.logUniform(2, 2000) : rng.logUniform(5, 2000);
    case "category":
      return rng.logUniform(2, 40);
    case "place":
      return rng.logUniform(8, 3000);
    case "day":
      return rng.logUniform(60, DAYS_MAX);
    case "instant":
      return rows * (0.4 + 0.6 * rng.next());
    case "measure":
      return rng.logUniform(20, rows);
    case "flag":
      return 2;
    case "person":
    case "email":
      return rows * (rng.chance(0.6) ? 0.95 : 0.3 * rng.next() + 0.05);
    case "note":
      return rows * 0.9;
  }
}

function typeOf(rng: Rng, role: ColumnRole): string {
  switch (role) {
    case "id":
      return rng.weighted([
        ["BIGINT", 4],
        ["INTEGER", 2],
        ["VARCHAR", 2],
        ["UUID", 1.5],
      ]);
    case "foreign_key":
      return rng.weighted([
        ["BIGINT", 3],
        ["INTEGER", 3],
        ["VARCHAR", 2],
      ]);
    case "day":
      return rng.weighted([
        ["DATE", 6],
        ["VARCHAR", 2],
        ["TIMESTAMP", 1],
      ]);
    case "instant":
      return rng.weighted([
        ["TIMESTAMP", 6],
        ["VARCHAR", 1.5],
      ]);
    case "measure":
      return rng.weighted([
        ["DECIMAL(18,2)", 4],
        ["DOUBLE", 3],
        ["INTEGER", 2],
        ["BIGINT", 2],
      ]);
    case "flag":
      return "BOOLEAN";
    default:
      return "VARCHAR";
  }
}
