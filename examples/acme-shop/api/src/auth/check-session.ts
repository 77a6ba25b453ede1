import type { NextFunction, Request, Response } from 'express';

import { readToken, verifyToken } from './tokens';

export function checkSession(req: Request, _res: Response, next: NextFunction): void {
  const token = readToken(req);
  if (token) {
    try {
      req.user = verifyToken(token);
    } catch {
      req.user = undefined;
    }
  }
  next();
}
