import type { RequestHandler } from 'express';

import type { Role } from './tokens';

export function requireRole(...allowed: Role[]): RequestHandler {
  return (req, res, next) => {
    if (!req.user || !allowed.includes(req.user.role)) {
      res.status(403).json({ error: 'You do not have access to this.' });
      return;
    }
    next();
  };
}
