import * as Sentry from '@sentry/node';

import { app } from '@/app';
import { config } from '@/config';
import { db } from '@/lib/db';
import { logger } from '@/lib/logger';

Sentry.init({ dsn: config.SENTRY_DSN, environment: config.NODE_ENV });

const server = app.listen(config.PORT, () => {
  logger.info({ port: config.PORT }, 'listening');
});

process.on('SIGTERM', () => {
  server.close(async () => {
    await db.$disconnect();
    process.exit(0);
  });
});
