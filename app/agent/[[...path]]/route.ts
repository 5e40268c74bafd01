import { serveNotFound } from "@/server/api/rest";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = serveNotFound();
