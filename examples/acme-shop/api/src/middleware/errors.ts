import { randomUUID } from 'node:crypto';

import * as Sentry from '@sentry/node';
import type { NextFunction, Request, Response } from 'express';

import { logger } from '@/lib/logger';

export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function errorHandler(err: Error, req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(err);
    return;
  }
  if (err instanceof HttpError) {
    res.status(err.status).json({ error: err.message });
    return;
  }
  const reference = randomUUID();
  logger.error({ err, reference, path: req.path }, 'request failed');
  Sentry.captureException(err, { tags: { reference } });
  res.status(500).json({ error: 'Something went wrong on our side.', reference });
}
