ALTER TABLE "suggestions" ADD COLUMN "superseded_by" text;--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_superseded_by_suggestions_id_fk" FOREIGN KEY ("superseded_by") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- What was superseded before there was a column for it: the audit knows by what.
UPDATE "suggestions" SET "superseded_by" = "audit_events"."after"->>'by' FROM "audit_events" WHERE "suggestions"."state" = 'superseded' AND "audit_events"."subject_type" = 'suggestion' AND "audit_events"."subject_id" = "suggestions"."id" AND "audit_events"."action" = 'suggestion.supersede' AND "audit_events"."after"->>'by' IS NOT NULL;
