import { z } from 'zod';

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  PORT: z.coerce.number().default(8080),
  DATABASE_URL: z.string().url(),
  REPORTING_HOST: z.string(),
  REPORTING_PASSWORD: z.string(),
  JWT_SECRET: z.string().min(32),
  FIELD_KEY: z.string().length(64),
  METRICS_TOKEN: z.string().min(24),
  STRIPE_SECRET_KEY: z.string(),
  STRIPE_WEBHOOK_SECRET: z.string(),
  PAGERDUTY_ROUTING_KEY: z.string().optional(),
  SENTRY_DSN: z.string().optional(),
  SMTP_HOST: z.string().default('smtp.acme-shop.net'),
  SMTP_PASSWORD: z.string().optional(),
});

export const config = Environment.parse(process.env);
