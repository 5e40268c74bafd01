CREATE TABLE "learned_thresholds" (
	"product_id" text NOT NULL,
	"kind" text NOT NULL,
	"factor" double precision NOT NULL,
	"outcomes" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"undone_at" timestamp (3) with time zone,
	CONSTRAINT "learned_thresholds_product_id_kind_pk" PRIMARY KEY("product_id","kind")
);
