CREATE TABLE "approvals" (
	"suggestion_id" text NOT NULL,
	"person_id" text NOT NULL,
	"label" text NOT NULL,
	"roles" jsonb NOT NULL,
	"item_ids" jsonb NOT NULL,
	"revision" integer NOT NULL,
	"comment" text NOT NULL,
	"acknowledges_alone" boolean DEFAULT false NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approvals_suggestion_id_person_id_pk" PRIMARY KEY("suggestion_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "emergency_stops" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"engaged_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"engaged_by" text NOT NULL,
	"reason" text NOT NULL,
	"lifted_at" timestamp (3) with time zone,
	"lifted_by" text,
	"lift_reason" text
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"version" integer PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"comment" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "approvals_automatic" ON "approvals" USING btree ("at") WHERE person_id = 'policy';--> statement-breakpoint
CREATE UNIQUE INDEX "emergency_stops_one" ON "emergency_stops" USING btree ((lifted_at is null)) WHERE lifted_at is null;--> statement-breakpoint
-- What was approved before there were approvals: one reviewer's word counted.
INSERT INTO "approvals" ("suggestion_id", "person_id", "label", "roles", "item_ids", "revision", "comment", "at")
SELECT DISTINCT ON (s."id", r."reviewer_id") s."id", r."reviewer_id", r."reviewer_label", '["reviewer"]'::jsonb,
  coalesce((SELECT jsonb_agg(i."id" ORDER BY i."ordinal") FROM "suggestion_items" i
    WHERE i."suggestion_id" = s."id" AND i."is_approved"), '[]'::jsonb),
  s."revision", r."reason", r."at"
FROM "suggestions" s JOIN "reviews" r ON r."suggestion_id" = s."id" AND r."verdict" = 'approved'
WHERE s."state" IN ('approved', 'executing')
ORDER BY s."id", r."reviewer_id", r."at" DESC;
