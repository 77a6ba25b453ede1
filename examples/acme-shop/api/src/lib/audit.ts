import { db } from '@/lib/db';

export interface AuditEvent {
  action: string;
  actorId: string;
  target: string;
  ip?: string;
  detail?: Record<string, string | number>;
}

export const auditLog = {
  async create(event: AuditEvent): Promise<void> {
    await db.auditLog.create({ data: { ...event, createdAt: new Date() } });
  },
};
