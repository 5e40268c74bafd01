import { z } from "zod";

const ProjectStatus = z.enum(["PROPOSED", "ACTIVE", "COMPLETED"]);

/** A number that fits DECIMAL(5,2). */
const Decimal5 = z.number().min(-999.99).max(999.99);

export const CreateProject = z.object({
  project_name: z.string().min(1).max(200),
  description: z.string().max(4000).nullable().default(null),
  total_amount: z.number().min(0).max(1e15),
  maturity_years: z.number().int().min(0).max(100).nullable().default(null),
  expected_tri: Decimal5.nullable().default(null),
  dscr: Decimal5.nullable().default(null),
  status: ProjectStatus.default("PROPOSED"),
  creation_date: z.iso.date().optional(),
  currency_code: z
    .string()
    .regex(/^[A-Z]{3}$/, "three capital letters")
    .default("EUR"),
});
export type CreateProject = z.infer<typeof CreateProject>;

export const ListProjects = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  status: ProjectStatus.optional(),
  project_name: z.string().max(200).optional(),
});
