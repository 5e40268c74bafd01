-- No release wrote this state; a row that has it all the same was never proved.
UPDATE "suggestions" SET "state" = 'failed', "error" = '{"code": "internal", "message": "Its proof was never started."}' WHERE "state" = 'proposed';--> statement-breakpoint
CREATE TABLE "proof_events" (
	"suggestion_id" text NOT NULL,
	"seq" bigserial NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"event" jsonb NOT NULL,
	CONSTRAINT "proof_events_suggestion_id_seq_pk" PRIMARY KEY("suggestion_id","seq")
);
--> statement-breakpoint
DROP INDEX "audit_events_subject";--> statement-breakpoint
DROP INDEX "suggestions_state";--> statement-breakpoint
DROP INDEX "suggestions_open_request";--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "is_searching" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "revision_note" text;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "extra_seconds" integer;--> statement-breakpoint
ALTER TABLE "proof_events" ADD CONSTRAINT "proof_events_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agent_decisions_context" ON "agent_decisions" USING hash ("context");--> statement-breakpoint
CREATE INDEX "audit_events_action" ON "audit_events" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "observed_patterns_calls" ON "observed_patterns" USING btree ((pattern_data->>'product_id'),"occurrence_count" DESC NULLS FIRST,"pattern_id");--> statement-breakpoint
CREATE INDEX "observed_patterns_first" ON "observed_patterns" USING btree ((pattern_data->>'product_id'),"first_observed");--> statement-breakpoint
CREATE INDEX "operations_suggestion" ON "operations" USING btree ("suggestion_id","created_at");--> statement-breakpoint
CREATE INDEX "operations_product_state" ON "operations" USING btree ("product_id","state");--> statement-breakpoint
CREATE INDEX "operations_outcome" ON "operations" USING btree ((verification->>'state')) WHERE kind = 'execute';--> statement-breakpoint
CREATE INDEX "reviews_suggestion" ON "reviews" USING btree ("suggestion_id","at");--> statement-breakpoint
CREATE INDEX "suggestions_created" ON "suggestions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "suggestions_product_state" ON "suggestions" USING btree ("product_id","state","created_at");--> statement-breakpoint
CREATE INDEX "suggestions_product_created" ON "suggestions" USING btree ("product_id","created_at");--> statement-breakpoint
CREATE INDEX "suggestions_due" ON "suggestions" USING btree ("expires_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "suggestions_decision" ON "suggestions" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "audit_events_subject" ON "audit_events" USING btree ("subject_id","id");--> statement-breakpoint
CREATE INDEX "suggestions_state" ON "suggestions" USING btree ("state","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "suggestions_open_request" ON "suggestions" USING btree ("request_hash") WHERE "state" in ('proving', 'pending');--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_score_known" CHECK ("score" in (-1, 1));--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_kind_known" CHECK ("kind" in ('execute', 'revert'));--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_state_known" CHECK ("state" in ('queued', 'executing', 'executed', 'failed', 'verified', 'reverted'));--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_verdict_known" CHECK ("verdict" in ('approved', 'rejected'));--> statement-breakpoint
ALTER TABLE "suggestion_items" ADD CONSTRAINT "suggestion_items_role_known" CHECK ("role" in ('suggested', 'alternative'));--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_state_known" CHECK ("state" in ('proving', 'pending', 'no_gain', 'approved', 'rejected', 'expired', 'superseded', 'executing', 'executed', 'failed', 'verified', 'reverted'));--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_basis_known" CHECK ("basis" in ('estimate', 'measured'));--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_operation_type_known" CHECK ("operation_type" in ('schema_optimization', 'query_optimization'));