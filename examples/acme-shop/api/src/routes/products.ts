import { Router } from 'express';
import { z } from 'zod';

import { authenticate, requireRole } from '@/auth';
import { etag } from '@/lib/crypto';
import { validate } from '@/middleware/validate';
import * as catalogue from '@/services/products';

const NewProduct = z.object({
  sku: z.string().regex(/^[A-Z0-9-]{4,20}$/),
  name: z.string().min(1).max(120),
  priceCents: z.number().int().positive(),
});

export const products = Router();

products.get('/', async (_req, res) => {
  res.json(await catalogue.listed());
});

products.get('/:id', async (req, res) => {
  const product = await catalogue.find(req.params.id);
  res.set('ETag', etag(JSON.stringify(product))).json(product);
});

products.post('/', authenticate, requireRole('catalogue', 'admin'), validate(NewProduct), async (req, res) => {
  res.status(201).json(await catalogue.create(req.user!.id, req.body));
});

products.delete('/:id', authenticate, requireRole('catalogue', 'admin'), async (req, res) => {
  await catalogue.remove(String(req.params.id));
  res.sendStatus(204);
});
