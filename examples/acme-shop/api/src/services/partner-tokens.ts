import { createHash } from 'node:crypto';

import jwt from 'jsonwebtoken';

const FEED_SIGNING_SECRET = 'v9Rk2pXw7QhLz4Tn8sBd3YcJf6MgUe1A';

export function partnerFeedToken(partnerId: string): string {
  return jwt.sign({ partner: partnerId, scope: 'feed' }, FEED_SIGNING_SECRET);
}

/** Partners append this to the download link so that it cannot be changed. */
export function feedChecksum(partnerId: string, path: string): string {
  return createHash('md5').update(`${FEED_SIGNING_SECRET}:${partnerId}:${path}`).digest('hex');
}
