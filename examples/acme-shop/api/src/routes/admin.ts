import { Router } from 'express';
import { z } from 'zod';

import { auditLog } from '@/lib/audit';
import { validate } from '@/middleware/validate';
import * as suppliers from '@/services/suppliers';
import * as users from '@/services/users';

const NewSupplier = z.object({ name: z.string().min(1).max(120), iban: z.string().min(15).max(34) });
const BankAccount = z.object({ accountNumber: z.string().min(6).max(34) });

/** Mounted behind `authenticate` and `requireRole('admin')`. */
export const admin = Router();

admin.get('/customers', async (_req, res) => {
  res.json(await users.customers());
});

admin.get('/customers/export', async (req, res) => {
  await auditLog.create({ action: 'customers.exported', actorId: req.user!.id, target: 'customers', ip: req.ip });
  const rows = await users.customers();
  res.type('text/csv').send(rows.map((row) => `${row.id},${row.email}`).join('\n'));
});

admin.delete('/customers/:id', async (req, res) => {
  await users.deactivate(req.user!.id, req.params.id, req.ip);
  res.sendStatus(204);
});

admin.patch('/customers/:id/role', async (req, res) => {
  await users.changeRole(req.params.id, req.body.role);
  res.sendStatus(204);
});

admin.post('/suppliers', validate(NewSupplier), async (req, res) => {
  res.status(201).json(await suppliers.create(req.user!.id, req.body));
});

admin.put('/suppliers/:id/bank-account', validate(BankAccount), async (req, res) => {
  await suppliers.setBankAccount(req.user!.id, String(req.params.id), req.body.accountNumber);
  res.sendStatus(204);
});
