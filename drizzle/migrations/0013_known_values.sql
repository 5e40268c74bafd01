ALTER TABLE "jobs" DROP CONSTRAINT "jobs_state";--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_type_known" CHECK ("message_type" in ('schema_proposal', 'acceptance', 'rejection', 'counter_proposal', 'completion', 'sync_complete', 'quality_alert', 'query_optimization', 'resource_scale', 'coordination_request', 'capability_advertisement', 'acknowledgement', 'error'));--> statement-breakpoint
ALTER TABLE "agent_messages" ADD CONSTRAINT "agent_messages_delivery_known" CHECK ("delivery_status" in ('received'));--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_actor_kind_known" CHECK ("actor_kind" in ('user', 'data-product', 'agent', 'api-key', 'system'));--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_state_known" CHECK ("state" in ('candidate', 'active', 'retired'));--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_source_known" CHECK ("source" in ('shipped', 'refined'));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_kind_known" CHECK ("kind" in ('prove', 'execute', 'verify', 'cleanup'));--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_state_known" CHECK ("state" in ('queued', 'running', 'done', 'dead'));