// The configuration of the Prometheus that `npm run observe` starts. Pure. It is JSON, which is YAML too.

import { PATHS } from '../../api/paths.ts';

export interface Scraped {
  /** Of the edge. */
  readonly url: string;
  /** The path of a file with a token. */
  readonly tokenFile: string;
  /** The path of the alert rules. */
  readonly rules: string;
}

/** One machine wants to see at once what it does. An object that does not answer holds up a scrape for almost as long. */
const EVERY = '5s';

export function prometheusConfig({ url, tokenFile, rules }: Scraped): string {
  const { protocol, host } = new URL(url);
  return JSON.stringify({
    global: { scrape_interval: EVERY, scrape_timeout: EVERY, evaluation_interval: EVERY },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: 'meridian',
        scheme: protocol.replace(':', ''),
        metrics_path: PATHS.metrics,
        authorization: { credentials_file: tokenFile },
        static_configs: [{ targets: [host] }],
      },
    ],
  });
}
