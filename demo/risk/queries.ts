/** Risk's statements, used by its API and by its workload alike. */
export const SQL = {
  byId: "SELECT * FROM risk_assessments WHERE risk_assessment_id = ?",
  ofProject: "SELECT * FROM risk_assessments WHERE project_id = ? ORDER BY assessed_on DESC",
  byRating: "SELECT * FROM risk_assessments WHERE rating = ? ORDER BY assessed_on DESC LIMIT ?",
  latest: "SELECT * FROM risk_assessments ORDER BY assessed_on DESC LIMIT ?",
  since: `SELECT count(*) AS assessments, avg(score) AS score, avg(probability_of_default) AS probability_of_default
    FROM risk_assessments WHERE assessed_on > ?`,
  byModel: `SELECT model_version, count(*) AS assessments, avg(probability_of_default) AS probability_of_default
    FROM risk_assessments GROUP BY model_version`,
  exposure: `SELECT a.rating, count(*) AS assessments, any_value(l.exposure_max) AS exposure_max
    FROM risk_assessments a JOIN risk_limits l ON l.rating = a.rating GROUP BY a.rating`,
  insert: `INSERT INTO risk_assessments (risk_assessment_id, project_id, assessed_on, model_version, score,
    rating, probability_of_default, loss_given_default, assessor, last_updated)
    VALUES (uuid(), ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING risk_assessment_id`,
  setRating:
    "UPDATE risk_assessments SET rating = ?, last_updated = ? WHERE risk_assessment_id = ?",
} as const;
