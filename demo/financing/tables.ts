/** The product's own tables (DuckDB Spawn's). `status` has no CHECK: the API validates it. */
export const PRODUCT_TABLES = ["projects", "portfolios", "portfolio_projects"] as const;

export const CREATE_PRODUCT_TABLES = [
  `CREATE TABLE IF NOT EXISTS projects (
    project_id UUID PRIMARY KEY,
    project_name VARCHAR NOT NULL,
    description TEXT,
    total_amount DECIMAL(20,2) NOT NULL,
    maturity_years INTEGER,
    expected_tri DECIMAL(5,2),
    dscr DECIMAL(5,2),
    status VARCHAR NOT NULL,
    creation_date DATE NOT NULL,
    last_updated TIMESTAMP NOT NULL,
    currency_code CHAR(3) NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS portfolios (
    portfolio_id UUID PRIMARY KEY,
    portfolio_name VARCHAR NOT NULL,
    description TEXT,
    risk_profile VARCHAR NOT NULL,
    total_committed_amount DECIMAL(20,2) NOT NULL,
    inception_date DATE NOT NULL,
    last_updated TIMESTAMP NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS portfolio_projects (
    portfolio_id UUID,
    project_id UUID,
    allocation_percentage DECIMAL(5,2) NOT NULL,
    entry_date DATE NOT NULL,
    PRIMARY KEY (portfolio_id, project_id)
  )`,
];
