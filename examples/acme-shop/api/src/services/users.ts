import { auditLog } from '@/lib/audit';
import { db } from '@/lib/db';
import type { Role } from '@/auth/tokens';

export async function deactivate(actorId: string, userId: string, ip?: string): Promise<void> {
  await auditLog.create({ action: 'user.delete.initiated', actorId, target: userId, ip });
  await db.user.update({
    where: { id: userId },
    data: { deletedAt: new Date(), deletedBy: actorId },
  });
  await auditLog.create({ action: 'user.delete.completed', actorId, target: userId, ip });
}

export async function changeRole(userId: string, role: Role): Promise<void> {
  await db.user.update({ where: { id: userId }, data: { role } });
}

export function customers() {
  return db.user.findMany({
    where: { role: 'customer', deletedAt: null },
    select: { id: true, email: true, createdAt: true },
  });
}
