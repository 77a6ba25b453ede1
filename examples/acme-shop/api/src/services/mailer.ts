import nodemailer from 'nodemailer';

import { config } from '@/config';
import { db } from '@/lib/db';

const transport = nodemailer.createTransport({
  host: config.SMTP_HOST,
  port: 587,
  requireTLS: true,
  auth: { user: 'shop', pass: config.SMTP_PASSWORD },
});

export async function sendOrderConfirmation(customerId: string, orderId: string): Promise<void> {
  const customer = await db.user.findUniqueOrThrow({ where: { id: customerId } });
  try {
    await transport.sendMail({
      from: 'orders@acme-shop.net',
      to: customer.email,
      subject: `Your order ${orderId}`,
      text: 'Thank you. We will write again when it ships.',
    });
  } catch (e) {
    console.log(e);
  }
}
