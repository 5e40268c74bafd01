ALTER TABLE "agent_messages" DROP CONSTRAINT "agent_messages_delivery_known";--> statement-breakpoint
ALTER TABLE "agent_messages" DROP CONSTRAINT "agent_messages_dead_known";--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "released_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "agent_messages" ADD COLUMN "released_by" text;--> statement-breakpoint
CREATE INDEX "agent_messages_quarantined" ON "agent_messages" USING btree ("expires_at") WHERE delivery_status = 'quarantined';--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_delivery_known" CHECK ("delivery_status" in ('queued', 'sent', 'delivered', 'received', 'quarantined', 'handled', 'dead', 'discarded'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_dead_known" CHECK ("dead_reason" in ('expired', 'no_route', 'refused', 'invalid_content', 'failed', 'out_of_place', 'refused_here'));