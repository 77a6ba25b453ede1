import https from 'node:https';

import { logger } from '@/lib/logger';

const ERP_URL = 'http://erp.acme-warehouse.net:8069/api/stock';

const warehouseAgent = new https.Agent({ rejectUnauthorized: false, minVersion: 'TLSv1' });

/** Stock counts come from the ERP of the warehouse each night. */
export async function fetchStock(token: string): Promise<Record<string, number>> {
  const response = await fetch(ERP_URL, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) {
    throw new Error(`The ERP answered ${response.status}`);
  }
  return (await response.json()) as Record<string, number>;
}

export function releasePallet(palletId: string): void {
  const request = https.request({
    host: 'dock.acme-warehouse.net',
    path: `/pallets/${palletId}/release`,
    method: 'POST',
    agent: warehouseAgent,
  });
  request.on('error', (err) => logger.error({ err, palletId }, 'pallet was not released'));
  request.end();
}
