import { createHash } from 'node:crypto';

import { Router } from 'express';

import { db } from '@/lib/db';
import { partnerFeedToken } from '@/services/partner-tokens';

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
