ALTER TABLE "notifications" DROP CONSTRAINT "notifications_event_known";--> statement-breakpoint
DROP INDEX "operations_judged";--> statement-breakpoint
DROP INDEX "operations_once";--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "live_after" jsonb;--> statement-breakpoint
CREATE INDEX "operations_judged" ON "operations" USING btree ("finished_at" DESC NULLS LAST) WHERE kind = 'execute' and verification->>'state' in ('confirmed', 'confirmed_with_regressions', 'regressed');--> statement-breakpoint
CREATE UNIQUE INDEX "operations_once" ON "operations" USING btree ("suggestion_id","kind") WHERE state not in ('failed', 'reverted');--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_event_known" CHECK ("event" in ('approval_needed', 'approval_reminder', 'approval_escalated', 'advice_changed', 'assigned', 'mentioned', 'approved_in_part', 'approved', 'rejected', 'expired', 'superseded', 'withdrawn', 'test_failed', 'executed', 'execution_failed', 'verified', 'verified_with_regressions', 'inconclusive', 'regressed', 'regression_kept', 'reverted', 'reapplied', 'rollback_failed', 'job_dead', 'message_dead', 'product_unreachable', 'product_reachable', 'digest', 'test'));--> statement-breakpoint
UPDATE "operations" SET "verification" = jsonb_set("verification", '{state}', '"verifying"') WHERE "verification"->>'state' = 'watching';
