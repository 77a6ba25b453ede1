import { Pool } from 'pg';

import { config } from '@/config';

export const reporting = new Pool({
  host: config.REPORTING_HOST,
  database: 'reporting',
  user: 'reporting_reader',
  password: config.REPORTING_PASSWORD,
  ssl: false,
});
