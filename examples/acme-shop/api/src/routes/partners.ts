import { Router } from 'express';

import { db } from '@/lib/db';
import { feedChecksum } from '@/services/partner-tokens';

export const partners = Router();

partners.get('/feed', async (req, res) => {
  const items = await db.product.findMany({ where: { listed: true } });
  res.json({
    next: `/api/v1/partners/feed?sum=${feedChecksum(req.user?.id ?? 'guest', '/feed')}`,
    items,
  });
});

partners.post('/stock', async (req, res) => {
  try {
    await db.stockLevel.createMany({ data: req.body });
    res.sendStatus(202);
  } catch (err) {
    res.status(500).json({ error: (err as Error).message, stack: (err as Error).stack });
  }
});
