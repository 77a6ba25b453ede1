import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import { HttpError } from '@/middleware/errors';

export interface NewProduct {
  sku: string;
  name: string;
  priceCents: number;
}

export function listed() {
  return db.product.findMany({ where: { listed: true }, orderBy: { name: 'asc' } });
}

export async function find(id: string) {
  const product = await db.product.findUnique({ where: { id } });
  if (!product) {
    throw new HttpError(404, 'There is no such product.');
  }
  return product;
}

export async function create(actorId: string, product: NewProduct) {
  const created = await db.product.create({ data: { ...product, listed: true } });
  await auditLog.create({ action: 'product.created', actorId, target: created.id });
  return created;
}

export async function remove(id: string) {
  await db.product.delete({ where: { id } });
}
