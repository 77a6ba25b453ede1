import express, { Router } from 'express';
import type Stripe from 'stripe';

import { config } from '@/config';
import { db } from '@/lib/db';
import { logger } from '@/lib/logger';
import { markPaid } from '@/services/orders';
import { stripe } from '@/services/payments';

export const webhooks = Router();

webhooks.post('/stripe', express.raw({ type: 'application/json' }), async (req, res) => {
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(req.body, req.get('stripe-signature') ?? '', config.STRIPE_WEBHOOK_SECRET);
  } catch (err) {
    logger.warn({ err }, 'webhook with a wrong signature');
    res.status(400).json({ error: 'Signature does not match.' });
    return;
  }
  if (event.type === 'payment_intent.succeeded') {
    await markPaid(event.data.object.metadata.orderId, event.data.object.id);
  }
  res.sendStatus(204);
});

webhooks.post('/carrier', express.json(), async (req, res) => {
  await db.order.update({
    where: { trackingNumber: req.body.tracking },
    data: { status: req.body.status },
  });
  res.sendStatus(204);
});
