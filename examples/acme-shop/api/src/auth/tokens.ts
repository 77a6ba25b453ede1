import type { Request } from 'express';
import jwt from 'jsonwebtoken';

import { config } from '@/config';

export type Role = 'customer' | 'catalogue' | 'support' | 'admin';

export interface Identity {
  id: string;
  role: Role;
}

declare global {
  namespace Express {
    interface Request {
      user?: Identity;
    }
  }
}

const ISSUER = 'acme-shop';

export function issueToken(user: Identity): string {
  return jwt.sign({ role: user.role }, config.JWT_SECRET, {
    subject: user.id,
    issuer: ISSUER,
    algorithm: 'HS256',
    expiresIn: '8h',
  });
}

export function verifyToken(token: string): Identity {
  const claims = jwt.verify(token, config.JWT_SECRET, {
    algorithms: ['HS256'],
    issuer: ISSUER,
  }) as jwt.JwtPayload;
  return { id: String(claims.sub), role: claims.role as Role };
}

export function readToken(req: Request): string | undefined {
  const header = req.get('authorization');
  if (header?.startsWith('Bearer ')) {
    return header.slice('Bearer '.length);
  }
  return req.cookies?.acme_session;
}
