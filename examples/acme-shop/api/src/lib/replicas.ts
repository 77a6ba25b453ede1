import { readFileSync } from 'node:fs';

import { Pool } from 'pg';

import { config } from '@/config';

/** The product search runs on a read replica, so that it cannot slow the checkout down. */
export const search = new Pool({
  connectionString: config.DATABASE_URL,
  max: 10,
  ssl: {
    ca: readFileSync('/etc/acme/rds-ca.pem', 'utf8'),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  },
});

export const reporting = new Pool({
  host: config.REPORTING_HOST,
  database: 'reporting',
  user: 'reporting_reader',
  password: config.REPORTING_PASSWORD,
  ssl: false,
});
