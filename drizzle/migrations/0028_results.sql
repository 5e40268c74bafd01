CREATE INDEX "feedback_at" ON "feedback" USING btree ("at");--> statement-breakpoint
CREATE INDEX "operations_finished" ON "operations" USING btree ("kind","finished_at");--> statement-breakpoint
CREATE INDEX "reviews_at" ON "reviews" USING btree ("at");