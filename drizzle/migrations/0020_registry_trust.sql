CREATE TABLE "registry_used_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "signing_keys" ADD COLUMN "endorsement" text;--> statement-breakpoint
ALTER TABLE "registry_agents" ADD COLUMN "status" text DEFAULT 'online' NOT NULL;--> statement-breakpoint
CREATE INDEX "registry_used_tokens_end" ON "registry_used_tokens" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "registry_agents" ADD CONSTRAINT "registry_agents_status_known" CHECK ("status" in ('online', 'offline', 'gone'));