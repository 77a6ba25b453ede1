import { Router } from 'express';
import { z } from 'zod';

import { db } from '@/lib/db';
import { HttpError } from '@/middleware/errors';
import { validate } from '@/middleware/validate';
import * as service from '@/services/orders';

const NewOrder = z.object({
  items: z.array(z.object({ productId: z.string().uuid(), quantity: z.number().int().min(1).max(50) })).min(1),
  paymentMethod: z.string().startsWith('pm_'),
});

/** Mounted behind `authenticate`: every handler here has a user. */
export const orders = Router();

orders.get('/', async (req, res) => {
  res.json(await db.order.findMany({ where: { customerId: req.user!.id } }));
});

orders.get('/:id', async (req, res) => {
  const order = await db.order.findUnique({ where: { id: req.params.id }, include: { items: true } });
  if (!order) {
    throw new HttpError(404, 'There is no such order.');
  }
  if (order.customerId !== req.user!.id) {
    res.status(403).json({ error: 'This order belongs to someone else.' });
    return;
  }
  res.json(order);
});

orders.post('/', validate(NewOrder), async (req, res) => {
  res.status(201).json(await service.place(req.user!.id, req.body));
});

orders.post('/:id/cancel', async (req, res) => {
  await service.cancelOwn(req.user!.id, req.params.id);
  res.sendStatus(204);
});

orders.post('/:id/refund', async (req, res) => {
  const refund = await service.refund(req.params.id);
  res.json({ refund });
});
