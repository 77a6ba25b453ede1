import pino from 'pino';

export const logger = pino({
  level: 'info',
  redact: ['password', 'cardNumber', 'headers.authorization', 'headers.cookie'],
});
