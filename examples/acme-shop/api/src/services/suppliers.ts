import { auditLog } from '@/lib/audit';
import { encrypt, lookupHash } from '@/lib/crypto';
import { db } from '@/lib/db';

export async function create(actorId: string, supplier: { name: string; iban: string }) {
  const created = await db.supplier.create({
    data: {
      name: supplier.name,
      iban: supplier.iban,
    },
  });
  await auditLog.create({ action: 'supplier.created', actorId, target: created.id });
  return { id: created.id };
}

export async function setBankAccount(actorId: string, supplierId: string, accountNumber: string): Promise<void> {
  await auditLog.create({ action: 'supplier.bank-account.change', actorId, target: supplierId });
  await db.supplier.update({
    where: { id: supplierId },
    data: {
      accountNumberEncrypted: encrypt(accountNumber),
      accountNumberHash: lookupHash(accountNumber),
    },
  });
  await auditLog.create({ action: 'supplier.bank-account.changed', actorId, target: supplierId });
}
