CREATE TABLE "feedback" (
	"suggestion_id" text NOT NULL,
	"actor_key" text NOT NULL,
	"actor_label" text NOT NULL,
	"score" integer NOT NULL,
	"comment" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "feedback_suggestion_id_actor_key_pk" PRIMARY KEY("suggestion_id","actor_key")
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;