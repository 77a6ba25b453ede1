export { authenticate } from './authenticate';
export { checkSession } from './check-session';
export { requireRole } from './require-role';
