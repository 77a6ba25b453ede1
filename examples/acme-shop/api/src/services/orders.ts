import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import { HttpError } from '@/middleware/errors';
import { sendOrderConfirmation } from '@/services/mailer';
import { charge, refundCharge } from '@/services/payments';

export interface NewOrder {
  items: { productId: string; quantity: number }[];
  paymentMethod: string;
}

export async function place(customerId: string, order: NewOrder) {
  const created = await db.order.create({
    data: { customerId, status: 'pending', items: { create: order.items } },
  });
  const paymentId = await charge(created.id, order.paymentMethod);
  await db.order.update({ where: { id: created.id }, data: { status: 'paid', paymentId } });
  await auditLog.create({ action: 'order.placed', actorId: customerId, target: created.id });
  await sendOrderConfirmation(customerId, created.id);
  return { id: created.id };
}

export async function cancelOwn(customerId: string, orderId: string): Promise<void> {
  const order = await db.order.findUnique({ where: { id: orderId } });
  if (!order || order.customerId !== customerId) {
    throw new HttpError(403, 'You cannot cancel this order.');
  }
  await auditLog.create({ action: 'order.cancel.requested', actorId: customerId, target: orderId });
  await db.order.update({ where: { id: orderId }, data: { status: 'cancelled' } });
  await auditLog.create({ action: 'order.cancel.completed', actorId: customerId, target: orderId });
}

export async function refund(orderId: string): Promise<string> {
  const order = await db.order.findUniqueOrThrow({ where: { id: orderId } });
  const refundId = await refundCharge(order.paymentId);
  await db.order.update({ where: { id: orderId }, data: { status: 'refunded', refundId } });
  return refundId;
}

export async function markPaid(orderId: string, paymentId: string): Promise<void> {
  await db.order.update({ where: { id: orderId }, data: { status: 'paid', paymentId } });
  await auditLog.create({ action: 'order.paid', actorId: 'stripe', target: orderId });
}
