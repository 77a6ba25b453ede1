import { Router } from 'express';

import { authenticate } from '@/auth';
import * as users from '@/services/users';

export const account = Router();

account.delete('/', authenticate, async (req, res) => {
  await users.deactivate(req.user!.id, req.user!.id, req.ip);
  res.clearCookie('acme_session', { httpOnly: true, secure: true, sameSite: 'lax' });
  res.sendStatus(204);
});
