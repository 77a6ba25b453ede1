import { Router } from 'express';

import { db } from '@/lib/db';

export const health = Router();

health.get('/healthz', async (_req, res) => {
  await db.$queryRaw`SELECT 1`;
  res.json({ status: 'ok' });
});
