import { Router } from 'express';
import { z } from 'zod';

import { authenticate } from '@/auth';
import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import { HttpError } from '@/middleware/errors';
import { validate } from '@/middleware/validate';

const NewReview = z.object({
  productId: z.string().uuid(),
  author: z.string().min(1).max(60),
  stars: z.number().int().min(1).max(5),
  text: z.string().max(2000),
});

export const reviews = Router();

reviews.post('/', validate(NewReview), async (req, res) => {
  const review = await db.review.create({ data: req.body });
  res.status(201).json({ id: review.id });
});

reviews.use(authenticate);

reviews.delete('/:id', async (req, res) => {
  const user = req.user!;
  const review = await db.review.findUnique({ where: { id: req.params.id } });
  if (!review || review.authorId !== user.id) {
    throw new HttpError(403, 'You can only remove your own reviews.');
  }
  await db.review.update({ where: { id: review.id }, data: { deletedAt: new Date() } });
  await auditLog.create({ action: 'review.removed', actorId: user.id, target: review.id, ip: req.ip });
  res.sendStatus(204);
});
