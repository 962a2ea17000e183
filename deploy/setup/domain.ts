// The domain of an edge in wrangler.toml: a part of its own above the first table, since its keys belong to no table. Pure.

import { parse } from 'smol-toml';
import { CommandError, EXIT } from '../../cli/exit.ts';

const BEGIN = '# >>> domain';
const END = '# <<< domain';
const PART = new RegExp(`^${BEGIN}.*\\n([\\s\\S]*?)^${END}.*\\n\\n?`, 'm');

/** What the part says; elsewhere in the file they would say it twice. */
const KEYS = ['route', 'routes', 'workers_dev', 'preview_urls'];

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MOST_CHARACTERS = 253;

/** Why this cannot be the domain of an edge, or undefined. Whether it is free, Cloudflare says at a deploy. */
export function domainProblem(text: string): string | undefined {
  const host = hostOf(text);
  if (host !== undefined && host !== text)
    return `${JSON.stringify(text)} is more than a name, or is written otherwise: write ${host}.`;
  if (text.includes('*'))
    return 'a name for each region is a wildcard, and needs more than this: docs/deploying.md, step 9.';
  if (/(^|\.)workers\.dev$/.test(text))
    return `${text} is Cloudflare's own: \`none\` is the address at workers.dev.`;
  if (/^[\d.]+$/.test(text)) return `${text} is an address, not a name.`;
  const labels = text.split('.');
  const isName = labels.length > 1 && labels.every((label) => LABEL.test(label));
  if (!isName || text.length > MOST_CHARACTERS)
    return `${JSON.stringify(text)} is no name of a host, such as nats.example.com.`;
  return undefined;
}

/** As browsers read what people write: without scheme, port and path, in lower case, foreign letters as punycode. */
function hostOf(text: string): string | undefined {
  if (text.includes('*')) return undefined;
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  return url?.hostname.includes('.') ? url.hostname.replace(/\.$/, '') : undefined;
}

/** The domain that wrangler.toml has, if it is one that was set up. */
export function domainIn(wrangler: string): string | null {
  const inside = PART.exec(wrangler)?.[1] ?? '';
  return /pattern = "([^"]+)"/.exec(inside)?.[1] ?? null;
}

/** @throws CommandError if wrangler.toml has routes of somebody's own */
export function withDomain(wrangler: string, domain: string | null): string {
  const without = wrangler.replace(PART, '');
  if (domain === null) return without;
  const own = KEYS.filter((key) => Object.hasOwn(parse(without), key));
  if (own.length > 0)
    throw new CommandError(
      EXIT.refused,
      `Nothing was written: wrangler.toml has ${own.join(' and ')} of its own. Remove that, or leave the domain as it is there.`,
      { details: { code: 'own_routes', keys: own } },
    );
  const lines = without.split('\n');
  const table = lines.findIndex((line) => line.startsWith('['));
  // Comments directly above a table are about it.
  const before = lines.slice(0, table === -1 ? lines.length : table);
  const at = before.findLastIndex((line) => line !== '' && !line.startsWith('#')) + 1;
  return [...lines.slice(0, at), '', ...partText(domain), ...lines.slice(at)].join('\n');
}

function partText(domain: string): readonly string[] {
  return [
    `${BEGIN} (written by npm run setup)`,
    '# The only way in: the addresses at workers.dev and of previews would pass by the WAF and by rate-limiting rules.',
    `routes = [{ pattern = "${domain}", custom_domain = true }]`,
    'workers_dev = false',
    'preview_urls = false',
    END,
  ];
}
