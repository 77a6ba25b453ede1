import { Router } from 'express';
import { z } from 'zod';

import { authenticate } from '@/auth';
import { hashPassword, verifyPassword } from '@/auth/passwords';
import { issueToken, type Role } from '@/auth/tokens';
import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import { validate } from '@/middleware/validate';

const Credentials = z.object({
  email: z.string().email(),
  password: z.string().min(12).max(200),
});

export const authRoutes = Router();

authRoutes.post('/register', validate(Credentials), async (req, res) => {
  const { email, password } = req.body;
  const user = await db.user.create({
    data: { email, passwordHash: await hashPassword(password), role: 'customer' },
  });
  await auditLog.create({ action: 'user.registered', actorId: user.id, target: user.id, ip: req.ip });
  res.status(201).json({ id: user.id });
});

authRoutes.post('/login', validate(Credentials), async (req, res) => {
  const { email, password } = req.body;
  const user = await db.user.findFirst({ where: { email, deletedAt: null } });
  if (!user || !(await verifyPassword(user.passwordHash, password))) {
    await auditLog.create({ action: 'user.login.failed', actorId: email, target: email, ip: req.ip });
    res.status(401).json({ error: 'E-mail or password is wrong.' });
    return;
  }
  res.cookie('acme_session', issueToken({ id: user.id, role: user.role as Role }), {
    httpOnly: true,
    secure: true,
    sameSite: 'lax',
    maxAge: 8 * 60 * 60 * 1000,
  });
  await auditLog.create({ action: 'user.login', actorId: user.id, target: user.id, ip: req.ip });
  res.json({ id: user.id });
});

authRoutes.post('/logout', authenticate, async (req, res) => {
  const user = req.user!;
  res.clearCookie('acme_session', { httpOnly: true, secure: true, sameSite: 'lax' });
  await auditLog.create({ action: 'user.logout', actorId: user.id, target: user.id, ip: req.ip });
  res.sendStatus(204);
});
