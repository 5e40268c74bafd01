DROP INDEX "operations_outcome";--> statement-breakpoint
DROP INDEX "operations_product_state";--> statement-breakpoint
CREATE INDEX "operations_judged" ON "operations" USING btree ("finished_at" DESC NULLS LAST) WHERE kind = 'execute' and verification->>'state' in ('confirmed', 'regressed');--> statement-breakpoint
CREATE INDEX "operations_product_state" ON "operations" USING btree ("product_id","state","finished_at");