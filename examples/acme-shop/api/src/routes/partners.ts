import { createHash } from 'node:crypto';

import { Router } from 'express';

import { db } from '@/lib/db';
import { feedChecksum, partnerFeedToken } from '@/services/partner-tokens';

export const partnerLogin = Router();

partnerLogin.post('/partner-login', async (req, res) => {
  const { account, password } = req.body;
  console.log('partner login', account, password);

  const passwordHash = createHash('sha256').update(password).digest('hex');
  const partner = await db.partner.findFirst({ where: { account, passwordHash } });
  if (!partner) {
    res.status(401).json({ error: 'Account or password is wrong.' });
    return;
  }
  res.cookie('partner_session', partnerFeedToken(partner.id));
  res.json({ account: partner.account });
});

export const partners = Router();

partners.get('/feed', async (req, res) => {
  const items = await db.product.findMany({ where: { listed: true } });
  const next = `/api/v1/partners/feed?sum=${feedChecksum(req.user?.id ?? 'guest', '/feed')}`;
  res.json({ next, items });
});

partners.post('/stock', async (req, res) => {
  try {
    await db.stockLevel.createMany({ data: req.body });
    res.sendStatus(202);
  } catch (err) {
    res.status(500).json({ error: (err as Error).message, stack: (err as Error).stack });
  }
});
