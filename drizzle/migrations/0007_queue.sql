CREATE TABLE "process_heartbeats" (
	"instance_id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"status" jsonb NOT NULL
);
--> statement-breakpoint
DROP TABLE "heartbeats" CASCADE;--> statement-breakpoint
DROP INDEX "jobs_kind_subject";--> statement-breakpoint
DROP INDEX "jobs_due";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "priority" integer DEFAULT 5 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "handed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "stalls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "finished_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE "jobs" SET "state" = 'dead' WHERE "state" = 'failed';--> statement-breakpoint
UPDATE "jobs" SET "finished_at" = now() WHERE "state" in ('done', 'dead');--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_living" ON "jobs" USING btree ("kind","subject_id") WHERE state in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "jobs_to_hand_over" ON "jobs" USING btree ("handed_at") WHERE state in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "jobs_finished" ON "jobs" USING btree ("state","finished_at") WHERE state in ('done', 'dead');--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_state" CHECK (state in ('queued', 'running', 'done', 'dead'));