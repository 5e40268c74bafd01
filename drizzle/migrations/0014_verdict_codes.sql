-- Stored verdicts get today's codes and their basis; what they rested on stands in their reasons alone.
-- `superseded_by_set` stood for seven things, among them an estimate and any error; `not_tried` for two.
-- A reason that tells neither counts as not measured, so that the next proof measures the change.
CREATE FUNCTION pg_temp.verdict_code(code text, reason text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
		WHEN code = 'not_tried' AND reason LIKE 'The time of this proof ended%' THEN 'not_reached'
		WHEN code = 'not_tried' THEN 'excluded_by_rule'
		WHEN code <> 'superseded_by_set' THEN code
		WHEN reason LIKE 'Excludes %, which gained more.%' THEN 'conflicts_in_set'
		WHEN reason LIKE 'Excludes %(an estimate)%' THEN 'excluded_on_estimate'
		WHEN reason LIKE 'Cannot be applied beside %' THEN 'failed_in_set'
		WHEN reason LIKE 'Does harm beside %' THEN 'harmful_in_set'
		WHEN reason LIKE 'Needless beside %' THEN 'redundant_in_set'
		WHEN reason ~ '^Beside the chosen changes: (Gains less than|No gain shown|Costs more than)' THEN 'redundant_in_set'
		WHEN reason LIKE 'Beside the chosen changes%' THEN 'harmful_in_set'
		ELSE 'not_reached'
	END
$$;--> statement-breakpoint
CREATE FUNCTION pg_temp.verdict_with_basis(verdict jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT verdict || jsonb_build_object('code', code, 'basis', CASE
		WHEN code IN ('failed_to_apply', 'not_measurable', 'failed_in_set') THEN 'error'
		WHEN code IN ('excluded_on_estimate', 'not_reached', 'excluded_by_rule') THEN 'estimated'
		ELSE 'measured'
	END)
	FROM pg_temp.verdict_code(verdict ->> 'code', verdict ->> 'reason') AS code
$$;--> statement-breakpoint
CREATE FUNCTION pg_temp.candidate_with_drawbacks(candidate jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN candidate ? 'counter_indications'
		THEN (candidate - 'counter_indications') || jsonb_build_object('drawbacks', candidate -> 'counter_indications')
		ELSE candidate
	END
$$;--> statement-breakpoint
UPDATE "suggestion_items" SET "verdict" = pg_temp.verdict_with_basis("verdict") WHERE NOT "verdict" ? 'basis';--> statement-breakpoint
UPDATE "suggestion_items" SET "candidate" = pg_temp.candidate_with_drawbacks("candidate") WHERE "candidate" ? 'counter_indications';--> statement-breakpoint
UPDATE "suggestions" SET "progress" = jsonb_set("progress", '{verdicts}', (
	SELECT coalesce(jsonb_agg(CASE WHEN entry -> 'verdict' ? 'basis' THEN entry
		ELSE jsonb_set(entry, '{verdict}', pg_temp.verdict_with_basis(entry -> 'verdict')) END ORDER BY place), '[]')
	FROM jsonb_array_elements("progress" -> 'verdicts') WITH ORDINALITY AS listed (entry, place)
)) WHERE jsonb_typeof("progress" -> 'verdicts') = 'array';--> statement-breakpoint
UPDATE "agent_decisions" SET "suggestion" = jsonb_set("suggestion", '{suggestions}', (
	SELECT coalesce(jsonb_agg(pg_temp.candidate_with_drawbacks(candidate) ORDER BY place), '[]')
	FROM jsonb_array_elements("suggestion" -> 'suggestions') WITH ORDINALITY AS listed (candidate, place)
)) WHERE jsonb_typeof("suggestion" -> 'suggestions') = 'array' AND "suggestion"::text LIKE '%"counter_indications"%';--> statement-breakpoint
-- A state that no release wrote was ended by an earlier migration, which left no audit row of it.
INSERT INTO "audit_events" ("actor_kind", "actor_id", "actor_label", "action", "subject_type", "subject_id", "before", "after")
	SELECT 'system', 'migration', 'migration', 'suggestion.fail', 'suggestion', "id", '{"state": "proposed"}', '{"state": "failed"}'
	FROM "suggestions" WHERE "state" = 'failed' AND "error" ->> 'message' = 'Its proof was never started.';
