ALTER TABLE "data_products" ADD COLUMN "dropped_calls" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "sets" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "findings" jsonb DEFAULT '[]'::jsonb NOT NULL;