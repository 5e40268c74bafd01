-- Counted at every request: not worth a write-ahead log. After a crash all callers begin anew.
CREATE UNLOGGED TABLE "request_rates" (
	"caller" text PRIMARY KEY NOT NULL,
	"free_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "suggestions" DROP CONSTRAINT "suggestions_state_known";--> statement-breakpoint
DROP INDEX "agent_decisions_context";--> statement-breakpoint
ALTER TABLE "data_products" ADD COLUMN "gathered" jsonb;--> statement-breakpoint
ALTER TABLE "data_products" ADD COLUMN "workload_epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "question_hash" text;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "workload_mix" jsonb;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "opened_by" text;--> statement-breakpoint
CREATE INDEX "agent_decisions_question" ON "agent_decisions" USING hash (("context" - '{budget_seconds,current_schema,current_views,row_count}'::text[]));--> statement-breakpoint
CREATE UNIQUE INDEX "suggestions_open_question" ON "suggestions" USING btree ("question_hash") WHERE state = 'proving';--> statement-breakpoint
CREATE INDEX "suggestions_opened_by" ON "suggestions" USING btree ("opened_by") WHERE state = 'proving' or is_searching;--> statement-breakpoint
CREATE INDEX "suggestions_mixes" ON "suggestions" USING btree ("product_id","created_at") WHERE workload_mix is not null;--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_state_known" CHECK ("state" in ('proving', 'cancelled', 'pending', 'no_gain', 'approved', 'rejected', 'expired', 'superseded', 'executing', 'executed', 'failed', 'verified', 'reverted'));