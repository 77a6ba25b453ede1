import { config } from '@/config';
import { logger } from '@/lib/logger';

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';

export async function pageOnCall(summary: string, source: string): Promise<void> {
  const response = await fetch(EVENTS_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      routing_key: config.PAGERDUTY_ROUTING_KEY,
      event_action: 'trigger',
      payload: { summary, source, severity: 'critical' },
    }),
  });
  if (!response.ok) {
    logger.error({ status: response.status, summary }, 'page was not delivered');
  }
}
