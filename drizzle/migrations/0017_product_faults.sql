ALTER TABLE "data_products" ADD COLUMN "faults" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "data_products" ADD COLUMN "proof_fault" jsonb;