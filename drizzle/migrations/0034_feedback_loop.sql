CREATE TABLE "learned_thresholds" (
	"product_id" text NOT NULL,
	"kind" text NOT NULL,
	"factor" double precision NOT NULL,
	"outcomes" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"undone_at" timestamp (3) with time zone,
	CONSTRAINT "learned_thresholds_product_id_kind_pk" PRIMARY KEY("product_id","kind")
);
--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "reason_code" text;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "test_ms" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "suggestions" ADD COLUMN "test_cpu_ms" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_reason_code_known" CHECK ("reason_code" in ('gain_too_small', 'too_costly', 'too_risky', 'weak_evidence', 'bad_timing', 'solved_otherwise', 'other'));