import cookieParser from 'cookie-parser';
import express from 'express';
import helmet from 'helmet';

import { authenticate, checkSession, requireRole } from '@/auth';
import { countRequests, metricsRegistry, metricsToken } from '@/lib/metrics';
import { errorHandler } from '@/middleware/errors';
import { account } from '@/routes/account';
import { admin } from '@/routes/admin';
import { authRoutes } from '@/routes/auth';
import { health } from '@/routes/health';
import { orders } from '@/routes/orders';
import { partnerLogin, partners } from '@/routes/partners';
import { products } from '@/routes/products';
import { reviews } from '@/routes/reviews';
import { webhooks } from '@/routes/webhooks';

export const app = express();

app.disable('x-powered-by');
app.set('trust proxy', 1);
app.use(helmet());
app.use(countRequests);
app.use(health);

// Stripe signs the bytes as sent, so the webhooks come before the JSON parser.
app.use('/webhooks', webhooks);

app.use(express.json({ limit: '200kb' }));
app.use(cookieParser());

app.use('/api/v1/auth', authRoutes, partnerLogin);
app.use('/api/v1/products', products);
app.use('/api/v1/reviews', reviews);
app.use('/api/v1/orders', authenticate, orders);
app.use('/api/v1/account', account);
app.use('/api/v1/partners', checkSession, partners);
app.use('/api/v1/admin', authenticate, requireRole('admin'), admin);

app.get('/metrics', metricsToken, async (_req, res) => {
  res.type(metricsRegistry.contentType).send(await metricsRegistry.metrics());
});

app.use(errorHandler);
