/** The data products of the demo's mesh, one sidecar each. */
export const MEMBERS = [
  {
    domain: "financing",
    agentId: "agent-duckdb-spawn-1",
    productId: "duckdb-spawn",
    port: 9000,
    demoPort: 8000,
  },
  {
    domain: "risk",
    agentId: "agent-risk-assessment-1",
    productId: "risk-assessment",
    port: 9001,
    demoPort: 8001,
  },
  {
    domain: "reporting",
    agentId: "agent-reporting-1",
    productId: "reporting",
    port: 9002,
    demoPort: 8002,
  },
] as const;

export type Domain = (typeof MEMBERS)[number]["domain"];

export interface Member {
  domain: Domain;
  agentId: string;
  productId: string;
  /** Of its pages and REST. */
  port: number;
  /** Of its data product. */
  demoPort: number;
}
