CREATE TABLE "models" (
	"model_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"sha256" text NOT NULL,
	"file" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"parameters" bigint NOT NULL,
	"quantization" text NOT NULL,
	"source" text NOT NULL,
	"state" text DEFAULT 'candidate' NOT NULL,
	"evaluation" jsonb NOT NULL,
	"trained_on" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"promoted_at" timestamp (3) with time zone,
	"promoted_by" text,
	"replaced" text,
	CONSTRAINT "models_sha256_unique" UNIQUE("sha256")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "models_present" ON "models" USING btree ("state") WHERE state = 'present';