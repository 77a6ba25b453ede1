import Stripe from 'stripe';

import { config } from '@/config';
import { pageOnCall } from '@/lib/alerting';
import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import { logger } from '@/lib/logger';
import { payments } from '@/lib/metrics';

export const stripe = new Stripe(config.STRIPE_SECRET_KEY);

export async function charge(orderId: string, paymentMethod: string): Promise<string> {
  const items = await db.orderItem.findMany({ where: { orderId }, include: { product: true } });
  const amount = items.reduce((sum, item) => sum + item.quantity * item.product.priceCents, 0);
  try {
    const intent = await stripe.paymentIntents.create({
      amount,
      currency: 'eur',
      payment_method: paymentMethod,
      confirm: true,
      metadata: { orderId },
    });
    payments.inc({ result: 'success' });
    await auditLog.create({ action: 'payment.processed', actorId: 'shop', target: orderId, detail: { amount } });
    return intent.id;
  } catch (err) {
    payments.inc({ result: 'failure' });
    const code = err instanceof Stripe.errors.StripeError ? err.type : 'unknown';
    logger.error({ orderId, code }, 'payment failed');
    if (code === 'StripeConnectionError') {
      await pageOnCall('Stripe cannot be reached', 'payments');
    }
    await auditLog.create({ action: 'payment.failed', actorId: 'shop', target: orderId, detail: { code } });
    throw err;
  }
}

export async function refundCharge(paymentId: string | null): Promise<string> {
  const refund = await stripe.refunds.create({ payment_intent: paymentId ?? undefined });
  return refund.id;
}
