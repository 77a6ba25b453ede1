import type { Identity } from '@/auth/tokens';

declare global {
  namespace Express {
    interface Request {
      user?: Identity;
    }
  }
}
