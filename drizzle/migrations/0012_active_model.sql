DROP INDEX "models_present";--> statement-breakpoint
UPDATE "models" SET "state" = 'active' WHERE "state" = 'present';--> statement-breakpoint
UPDATE "models" SET "evaluation" = ("evaluation" - 'present') || jsonb_build_object('baseline', "evaluation" -> 'present') WHERE "evaluation" ? 'present';--> statement-breakpoint
UPDATE "models" SET "evaluation" = jsonb_set("evaluation" #- '{live,present}', '{live,baseline}', "evaluation" #> '{live,present}') WHERE "evaluation" -> 'live' ? 'present';--> statement-breakpoint
UPDATE "models" SET "evaluation" = "evaluation" - 'texts' WHERE "evaluation" ? 'texts';--> statement-breakpoint
CREATE UNIQUE INDEX "models_active" ON "models" USING btree ("state") WHERE state = 'active';
