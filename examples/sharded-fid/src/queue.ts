import { Redis } from 'ioredis';

/** Host and port of a Redis server: its URL may hold a password. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the Redis server';
}

/** Connects to a Redis server, and again whenever the connection is lost; commands wait meanwhile. */
export function connect(url: string, onLost: (reason: string) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(200 * times, 5000),
  });
  let lost = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (!lost) onLost(`no connection to ${hostOf(url)}: ${error.code ?? error.message}; trying again`);
    lost = true;
  });
  redis.on('ready', () => {
    lost = false;
  });
  return redis;
}
