import type { NextFunction, Request, Response } from 'express';

import { readToken, verifyToken } from './tokens';

export function authenticate(req: Request, res: Response, next: NextFunction): void {
  const token = readToken(req);
  if (!token) {
    res.status(401).json({ error: 'Sign in first.' });
    return;
  }
  try {
    req.user = verifyToken(token);
  } catch {
    res.status(401).json({ error: 'Your session has ended. Sign in again.' });
    return;
  }
  next();
}
