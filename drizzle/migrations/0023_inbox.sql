CREATE TABLE "saved_views" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"view" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_views_name" UNIQUE("user_id","name")
);
--> statement-breakpoint
CREATE TABLE "suggestion_comments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"suggestion_id" text NOT NULL,
	"author_id" uuid NOT NULL,
	"body" text NOT NULL,
	"mentions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suggestion_marks" (
	"suggestion_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"read_at" timestamp (3) with time zone,
	"snoozed_until" timestamp (3) with time zone,
	CONSTRAINT "suggestion_marks_user_id_suggestion_id_pk" PRIMARY KEY("user_id","suggestion_id")
);
--> statement-breakpoint
CREATE TABLE "suggestion_triage" (
	"suggestion_id" text PRIMARY KEY NOT NULL,
	"assignee_id" uuid,
	"claimed_by" uuid,
	"claim_ends_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "impact" double precision;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "kinds" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "risk_level" text;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "search_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, search_text)) STORED;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_comments" ADD CONSTRAINT "suggestion_comments_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_comments" ADD CONSTRAINT "suggestion_comments_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_marks" ADD CONSTRAINT "suggestion_marks_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_marks" ADD CONSTRAINT "suggestion_marks_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_triage" ADD CONSTRAINT "suggestion_triage_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_triage" ADD CONSTRAINT "suggestion_triage_assignee_id_users_id_fk" FOREIGN KEY ("assignee_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_triage" ADD CONSTRAINT "suggestion_triage_claimed_by_users_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "suggestion_comments_suggestion" ON "suggestion_comments" USING btree ("suggestion_id","at");--> statement-breakpoint
CREATE INDEX "suggestion_triage_assignee" ON "suggestion_triage" USING btree ("assignee_id");--> statement-breakpoint
CREATE INDEX "suggestions_state_impact" ON "suggestions" USING btree ("state",coalesce(impact, -2),"created_at","id");--> statement-breakpoint
CREATE INDEX "suggestions_search" ON "suggestions" USING gin ("search_vector");--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_risk_level_known" CHECK ("risk_level" in ('low', 'medium', 'high'));--> statement-breakpoint
-- What was there before: as `refreshListing` writes it.
UPDATE suggestions s SET
  impact = CASE WHEN s.basis = 'measured'
    THEN coalesce((s.set_evidence #>> '{workload,gain,value}')::float8, i.gain) END,
  kinds = coalesce(i.kinds, '{}'),
  risk_level = (array['low', 'medium', 'high'])[i.risk],
  search_text = translate(concat_ws(' ', s.id, s.product_id, i.words, d.context ->> 'table_name'),
    '._-:/()"''`,;=<>', '                ')
FROM agent_decisions d, (
  SELECT u.id,
    (array_agg((x.evidence #>> '{workload,gain,value}')::float8 ORDER BY x.ordinal))[1] AS gain,
    array_agg(DISTINCT x.candidate #>> '{change,kind}')
      FILTER (WHERE x.candidate #>> '{change,kind}' IS NOT NULL) AS kinds,
    max(array_position(array['low', 'medium', 'high'], x.candidate #>> '{risk,level}')) AS risk,
    string_agg(concat_ws(' ', x.candidate ->> 'title', x.candidate #>> '{change,table}',
      x.candidate #>> '{change,kind}'), ' ') AS words
  FROM suggestions u LEFT JOIN suggestion_items x ON x.suggestion_id = u.id AND x.role = 'suggested'
  GROUP BY u.id
) i
WHERE d.decision_id = s.decision_id AND i.id = s.id;
