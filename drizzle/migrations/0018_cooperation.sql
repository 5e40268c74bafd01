CREATE TABLE "conversation_parties" (
	"conversation_id" uuid NOT NULL,
	"agent_id" text NOT NULL,
	"product_id" text NOT NULL,
	"domain" text NOT NULL,
	"state" text DEFAULT 'invited' NOT NULL,
	"reasons" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"evidence" jsonb,
	"counter" jsonb,
	"sequence" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversation_parties_conversation_id_agent_id_pk" PRIMARY KEY("conversation_id","agent_id"),
	CONSTRAINT "conversation_parties_state_known" CHECK ("state" in ('invited', 'accepted', 'rejected', 'countered', 'synced', 'failed', 'compensated', 'answered', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "conversation_steps" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"from" jsonb NOT NULL,
	"to" jsonb NOT NULL,
	"label" text NOT NULL,
	"record_id" uuid,
	"detail" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"role" text NOT NULL,
	"state" text NOT NULL,
	"status_note" text DEFAULT '' NOT NULL,
	"subject" jsonb NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"priority" text DEFAULT 'normal' NOT NULL,
	"initiator" jsonb NOT NULL,
	"own_changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"suggestion_id" text,
	"round" integer DEFAULT 1 NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"started_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "conversations_kind_known" CHECK ("kind" in ('schema_change', 'query_optimization', 'quality_alert', 'resource_scale', 'coordination')),
	CONSTRAINT "conversations_role_known" CHECK ("role" in ('initiator', 'participant')),
	CONSTRAINT "conversations_state_known" CHECK ("state" in ('assessing', 'proposed', 'evaluating', 'awaiting_approval', 'countered', 'accepted', 'executing', 'completed', 'updating', 'compensating', 'synced', 'answered', 'rejected', 'expired', 'cancelled', 'failed', 'compensated', 'compensation_failed'))
);
--> statement-breakpoint
CREATE TABLE "directory_state" (
	"id" integer PRIMARY KEY NOT NULL,
	"refreshed_at" timestamp (3) with time zone,
	"version" integer DEFAULT 0 NOT NULL,
	"is_reachable" integer DEFAULT 0 NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "message_refusals" (
	"hour" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	"claimed_sender" text NOT NULL,
	"count" integer NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "message_refusals_hour_reason_claimed_sender_pk" PRIMARY KEY("hour","reason","claimed_sender"),
	CONSTRAINT "message_refusals_reason_known" CHECK ("reason" in ('invalid_envelope', 'too_large', 'too_deep', 'unsigned', 'bad_signature', 'unknown_agent', 'unknown_key', 'sender_mismatch', 'wrong_domain', 'wrong_recipient', 'message_expired', 'message_from_the_future', 'id_reused'))
);
--> statement-breakpoint
CREATE TABLE "peers" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"product_id" text NOT NULL,
	"domain" text NOT NULL,
	"card" jsonb NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"open_until" timestamp (3) with time zone,
	"last_contact_at" timestamp (3) with time zone,
	"last_error" text
);
--> statement-breakpoint
CREATE TABLE "registry_agents" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"product_id" text NOT NULL,
	"domain" text NOT NULL,
	"card" jsonb NOT NULL,
	"registered_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	"version" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry_clock" (
	"id" integer PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry_enrolments" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"product_id" text NOT NULL,
	"domain" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "agent_messages" DROP CONSTRAINT "agent_messages_type_known";--> statement-breakpoint
ALTER TABLE "agent_messages" DROP CONSTRAINT "agent_messages_delivery_known";--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "direction" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "envelope" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "signature" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "signature_state" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "key_id" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "digest" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "conversation_id" uuid;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "sequence" integer;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "priority" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "next_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "via" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "dead_reason" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "screening" jsonb;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "first_opinion" jsonb;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "finished_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE "agent_messages" SET
	"direction" = 'inbound', "signature_state" = 'token', "via" = 'http',
	"envelope" = coalesce("content"->'envelope', '{}'::jsonb)::text,
	"digest" = coalesce("content"->>'digest', ''),
	"priority" = coalesce("content"->'envelope'->>'priority', 'normal'),
	"screening" = "content"->'screening', "first_opinion" = nullif("content"->'first_opinion', 'null'::jsonb),
	"created_at" = coalesce(("content"->>'received_at')::timestamptz, "sent_timestamp"),
	"due_at" = coalesce(("content"->>'received_at')::timestamptz, "sent_timestamp"),
	"expires_at" = "sent_timestamp" + make_interval(secs => coalesce(("content"->'envelope'->>'ttl_seconds')::float8, 0));--> statement-breakpoint
UPDATE "agent_messages" SET "content" = coalesce("content"->'envelope'->'content', '{}'::jsonb);--> statement-breakpoint
-- Nothing handled them: what is past its ttl is not handled now either.
UPDATE "agent_messages" SET "delivery_status" = 'dead', "dead_reason" = 'expired', "finished_at" = now() WHERE "expires_at" < now();--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "direction" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "envelope" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "signature_state" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "digest" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "priority" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "due_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_messages" ALTER COLUMN "expires_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "conversation_parties" ADD CONSTRAINT "conversation_parties_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_steps" ADD CONSTRAINT "conversation_steps_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_suggestion_id_suggestions_id_fk" FOREIGN KEY ("suggestion_id") REFERENCES "public"."suggestions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversation_steps_order" ON "conversation_steps" USING btree ("conversation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversation_steps_message" ON "conversation_steps" USING btree ("conversation_id","record_id");--> statement-breakpoint
CREATE INDEX "conversations_created" ON "conversations" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_open" ON "conversations" USING btree ("expires_at") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "conversations_suggestion" ON "conversations" USING btree ("suggestion_id");--> statement-breakpoint
CREATE INDEX "registry_agents_version" ON "registry_agents" USING btree ("version");--> statement-breakpoint
CREATE INDEX "registry_agents_domain" ON "registry_agents" USING btree ("domain");--> statement-breakpoint
CREATE INDEX "agent_messages_open" ON "agent_messages" USING btree ("direction","due_at") WHERE delivery_status in ('queued', 'sent', 'received');--> statement-breakpoint
CREATE INDEX "agent_messages_conversation" ON "agent_messages" USING btree ("conversation_id","created_at");--> statement-breakpoint
CREATE INDEX "agent_messages_dead" ON "agent_messages" USING btree ("finished_at") WHERE delivery_status = 'dead';--> statement-breakpoint
CREATE INDEX "agent_messages_created" ON "agent_messages" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_type_named" CHECK (length(message_type) between 1 and 100);--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_direction_known" CHECK ("direction" in ('inbound', 'outbound'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_signature_known" CHECK ("signature_state" in ('own', 'verified', 'token'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_priority_known" CHECK ("priority" in ('low', 'normal', 'high', 'urgent'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_dead_known" CHECK ("dead_reason" in ('expired', 'no_route', 'refused', 'invalid_content', 'failed', 'out_of_place'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_delivery_known" CHECK ("delivery_status" in ('queued', 'sent', 'delivered', 'received', 'handled', 'dead', 'discarded'));