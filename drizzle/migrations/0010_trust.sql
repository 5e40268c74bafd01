CREATE TABLE "product_credentials" (
	"product_id" text PRIMARY KEY NOT NULL,
	"jwks_url" text,
	"sealed_secret" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "product_credentials_one_of" CHECK (num_nonnulls("product_credentials"."jwks_url", "product_credentials"."sealed_secret") = 1)
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"sealed_private_key" text,
	"state" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	"verify_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "signing_keys_state" CHECK (("signing_keys"."state" = 'active' and "signing_keys"."sealed_private_key" is not null and "signing_keys"."retired_at" is null)
        or ("signing_keys"."state" = 'retired' and "signing_keys"."sealed_private_key" is null and "signing_keys"."retired_at" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_one_active" ON "signing_keys" USING btree ("state") WHERE "signing_keys"."state" = 'active';