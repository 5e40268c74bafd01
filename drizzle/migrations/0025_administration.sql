CREATE TABLE "one_time_links" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"token_hash" text NOT NULL,
	"email" text,
	"roles" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"user_id" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "one_time_links_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "one_time_links_kind_known" CHECK ("kind" in ('invitation', 'password_reset', 'first_admin')),
	CONSTRAINT "one_time_links_subject" CHECK (("one_time_links"."kind" = 'invitation') = ("one_time_links"."email" is not null)
        and ("one_time_links"."kind" = 'password_reset') = ("one_time_links"."user_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "product_connections" (
	"product_id" text PRIMARY KEY NOT NULL,
	"base_url" text,
	"is_served" boolean DEFAULT false NOT NULL,
	"connected_by" text,
	"connected_at" timestamp (3) with time zone,
	"paused_by" text,
	"paused_at" timestamp (3) with time zone,
	CONSTRAINT "product_connections_address" CHECK (not "product_connections"."is_served" or "product_connections"."base_url" is not null)
);
--> statement-breakpoint
CREATE TABLE "retention_periods" (
	"subject" text PRIMARY KEY NOT NULL,
	"days" integer NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "retention_periods_subject_known" CHECK ("subject" in ('messages', 'refusals', 'jobs', 'sessions'))
);
--> statement-breakpoint
CREATE TABLE "user_identities" (
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" uuid NOT NULL,
	"linked_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_identities_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "one_time_links" ADD CONSTRAINT "one_time_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_identities" ADD CONSTRAINT "user_identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_time_links_one_open" ON "one_time_links" USING btree ("kind",coalesce("email", "user_id"::text, '')) WHERE "one_time_links"."used_at" is null and "one_time_links"."revoked_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "product_connections_one_served" ON "product_connections" USING btree ("is_served") WHERE "product_connections"."is_served";--> statement-breakpoint
CREATE UNIQUE INDEX "user_identities_one_each" ON "user_identities" USING btree ("user_id","issuer");