import { projectIdSql, sqlList, UNIFORM_MACROS } from "../data/uniform";

export const RISK_TABLES = ["risk_assessments", "risk_limits"] as const;

/** The id of an assessment is one by habit alone: nobody ever declared it a key. */
const CREATE_RISK_TABLES = [
  `CREATE TABLE risk_assessments (
    risk_assessment_id UUID NOT NULL,
    project_id UUID NOT NULL,
    assessed_on DATE NOT NULL,
    model_version VARCHAR NOT NULL,
    score INTEGER NOT NULL,
    rating VARCHAR NOT NULL,
    probability_of_default DECIMAL(6,5) NOT NULL,
    loss_given_default DECIMAL(5,4) NOT NULL,
    assessor VARCHAR,
    last_updated TIMESTAMP NOT NULL
  )`,
  `CREATE TABLE risk_limits (
    rating VARCHAR PRIMARY KEY,
    exposure_max DECIMAL(20,2) NOT NULL,
    reviewed_on DATE NOT NULL
  )`,
];

export const RATINGS = ["AAA", "AA", "A", "BBB", "BB", "B", "CCC"] as const;
const ASSESSORS = ["credit desk", "country desk", "model", "external agency"];
const HISTORY_DAYS = 2557;

/**
 * Assessments of financing's projects, about two each: scores of 300 to 850, from which the rating and
 * the probability of default follow. One in fifty names nobody who made it.
 */
function insertAssessments(rows: number, dataEnd: string): string {
  const projects = Math.ceil(rows / 2);
  return `INSERT INTO risk_assessments
    WITH drawn AS (
      SELECT i, least(850, greatest(300, 640 + 95 * g(i, 6)))::INTEGER AS score FROM range(${rows}) r(i)
    )
    SELECT md5('assessment' || i)::UUID,
      ${projectIdSql(`(i % ${projects})`)},
      DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 1))::INTEGER,
      CASE WHEN u(i, 1) < 0.4 THEN 'pd-2.3' WHEN u(i, 1) < 0.8 THEN 'pd-2.2' ELSE 'pd-1.9' END,
      score,
      ${ratingSql("score")},
      least(0.99, exp((560 - score) / 75.0 - 2))::DECIMAL(6,5),
      (0.2 + 0.5 * u(i, 8))::DECIMAL(5,4),
      CASE WHEN u(i, 9) >= 0.02 THEN pick(${sqlList(ASSESSORS)}, u(i, 10)) END,
      TIMESTAMP '${dataEnd} 00:00:00' - to_seconds(floor(${HISTORY_DAYS * 86_400} * u(i, 1) * u(i, 11))::BIGINT)
    FROM drawn`;
}

const ratingSql = (score: string) =>
  `CASE WHEN ${score} >= 780 THEN 'AAA' WHEN ${score} >= 740 THEN 'AA' WHEN ${score} >= 690 THEN 'A'
    WHEN ${score} >= 640 THEN 'BBB' WHEN ${score} >= 580 THEN 'BB' WHEN ${score} >= 500 THEN 'B' ELSE 'CCC' END`;

function insertLimits(dataEnd: string): string {
  return `INSERT INTO risk_limits SELECT rating, (500000000 / (position * position))::DECIMAL(20,2), DATE '${dataEnd}'
    FROM (SELECT unnest(${sqlList(RATINGS)}) AS rating, unnest(range(1, ${RATINGS.length + 1})) AS position)`;
}

/** Risk's tables; `rows` are those of the assessments. */
export function riskDataSql(rows: number, dataEnd: string): string[] {
  return [
    ...UNIFORM_MACROS,
    ...CREATE_RISK_TABLES,
    insertAssessments(rows, dataEnd),
    insertLimits(dataEnd),
  ];
}
