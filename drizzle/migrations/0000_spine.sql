CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_attempts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"address" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"roles" jsonb NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "agent_decisions" (
	"decision_id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"timestamp" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"operation_type" text NOT NULL,
	"context" jsonb NOT NULL,
	"suggestion" jsonb NOT NULL,
	"approved" boolean,
	"executed" boolean,
	"outcome" jsonb,
	"feedback_score" double precision
);
--> statement-breakpoint
CREATE TABLE "agent_messages" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"sender_id" text NOT NULL,
	"recipient_id" text NOT NULL,
	"message_type" text NOT NULL,
	"content" jsonb NOT NULL,
	"sent_timestamp" timestamp (3) with time zone NOT NULL,
	"delivery_status" text NOT NULL,
	"response_id" uuid
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_label" text NOT NULL,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "data_products" (
	"product_id" text PRIMARY KEY NOT NULL,
	"domain" text NOT NULL,
	"base_url" text NOT NULL,
	"schema" jsonb,
	"schema_fingerprint" text,
	"data_version" text,
	"last_seen_at" timestamp (3) with time zone,
	"last_error" text,
	"workload_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "heartbeats" (
	"role" text PRIMARY KEY NOT NULL,
	"worker" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"body" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"run_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"claimed_by" text,
	"lease_until" timestamp (3) with time zone,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "observed_patterns" (
	"pattern_id" uuid PRIMARY KEY NOT NULL,
	"pattern_type" text NOT NULL,
	"pattern_data" jsonb NOT NULL,
	"first_observed" timestamp (3) with time zone NOT NULL,
	"last_observed" timestamp (3) with time zone NOT NULL,
	"occurrence_count" integer NOT NULL,
	"confidence" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "operations" (
	"id" text PRIMARY KEY NOT NULL,
	"suggestion_id" text NOT NULL,
	"product_id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"is_automatic" boolean DEFAULT false NOT NULL,
	"item_ids" jsonb NOT NULL,
	"plan" jsonb NOT NULL,
	"schema_fingerprint" text NOT NULL,
	"requested_by" text NOT NULL,
	"progress" jsonb NOT NULL,
	"statements" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"schema_fingerprint_after" text,
	"live_before" jsonb,
	"verification" jsonb,
	"error" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"suggestion_id" text NOT NULL,
	"reviewer_id" text NOT NULL,
	"reviewer_label" text NOT NULL,
	"verdict" text NOT NULL,
	"reason" text NOT NULL,
	"item_ids" jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suggestion_items" (
	"id" text PRIMARY KEY NOT NULL,
	"suggestion_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"role" text NOT NULL,
	"candidate" jsonb NOT NULL,
	"verdict" jsonb,
	"evidence" jsonb,
	"is_approved" boolean
);
--> statement-breakpoint
CREATE TABLE "suggestions" (
	"id" text PRIMARY KEY NOT NULL,
	"decision_id" uuid NOT NULL,
	"product_id" text,
	"state" text NOT NULL,
	"basis" text NOT NULL,
	"operation_type" text NOT NULL,
	"request_hash" text NOT NULL,
	"confidence" double precision DEFAULT 0 NOT NULL,
	"schema_fingerprint" text,
	"data_version" text,
	"progress" jsonb,
	"set_evidence" jsonb,
	"error" jsonb,
	"requested_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "operations" ADD CONSTRAINT "operations_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestion_items" ADD CONSTRAINT "suggestion_items_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suggestions" ADD CONSTRAINT "suggestions_decision_id_agent_decisions_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decisions"("decision_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sign_in_attempts_email" ON "sign_in_attempts" USING btree ("email","at");--> statement-breakpoint
CREATE INDEX "sign_in_attempts_address" ON "sign_in_attempts" USING btree ("address","at");--> statement-breakpoint
CREATE INDEX "audit_events_subject" ON "audit_events" USING btree ("subject_type","subject_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_kind_subject" ON "jobs" USING btree ("kind","subject_id");--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" USING btree ("state","run_at");--> statement-breakpoint
CREATE UNIQUE INDEX "operations_once" ON "operations" USING btree ("suggestion_id","kind") WHERE state <> 'failed';--> statement-breakpoint
CREATE UNIQUE INDEX "operations_product_lock" ON "operations" USING btree ("product_id") WHERE state = 'executing';--> statement-breakpoint
CREATE UNIQUE INDEX "suggestion_items_order" ON "suggestion_items" USING btree ("suggestion_id","ordinal");--> statement-breakpoint
CREATE INDEX "suggestions_state" ON "suggestions" USING btree ("state","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "suggestions_open_request" ON "suggestions" USING btree ("request_hash") WHERE state in ('proposed', 'proving', 'pending');