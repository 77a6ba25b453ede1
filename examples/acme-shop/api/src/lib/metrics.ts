import { timingSafeEqual } from 'node:crypto';

import type { NextFunction, Request, Response } from 'express';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { config } from '@/config';

export const metricsRegistry = new Registry();
collectDefaultMetrics({ register: metricsRegistry });

const requests = new Histogram({
  name: 'http_request_seconds',
  help: 'Time to answer a request',
  labelNames: ['method', 'status'],
  registers: [metricsRegistry],
});

export const payments = new Counter({
  name: 'payments_total',
  help: 'Payments by result',
  labelNames: ['result'],
  registers: [metricsRegistry],
});

export function countRequests(req: Request, res: Response, next: NextFunction): void {
  const stop = requests.startTimer({ method: req.method });
  res.on('finish', () => stop({ status: res.statusCode }));
  next();
}

export function metricsToken(req: Request, res: Response, next: NextFunction): void {
  const given = Buffer.from(req.get('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${config.METRICS_TOKEN}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    res.sendStatus(401);
    return;
  }
  next();
}
