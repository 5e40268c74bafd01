import { feedbackRoute, serve } from "@/server/api/rest";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = serve({ POST: feedbackRoute });
