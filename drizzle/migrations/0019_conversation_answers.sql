ALTER TABLE "conversation_parties" DROP CONSTRAINT "conversation_parties_state_known";--> statement-breakpoint
ALTER TABLE "conversation_parties" ADD COLUMN "received" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversation_parties" ADD COLUMN "sent" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "answer" jsonb;--> statement-breakpoint
ALTER TABLE "conversation_parties" DROP COLUMN "sequence";--> statement-breakpoint
ALTER TABLE "conversations" DROP COLUMN "sequence";--> statement-breakpoint
ALTER TABLE "conversation_parties" ADD CONSTRAINT "conversation_parties_state_known" CHECK ("state" in ('invited', 'accepted', 'rejected', 'countered', 'answered', 'executed', 'synced', 'failed', 'cancelled', 'expired', 'compensated', 'compensation_failed'));