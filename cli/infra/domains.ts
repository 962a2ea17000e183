// Whether the names that infra/dns.tf makes are free: a name that leads to another Worker, or has a record of its own, is taken.
// As far as Cloudflare's API tells the token.

import * as v from 'valibot';
import type { CloudflareApi } from '../cloudflare/api.ts';
import { fix, type InfraFinding, note, ok } from './finding.ts';

const DomainsSchema = v.array(v.object({ hostname: v.string(), service: v.string() }));
const ZonesSchema = v.array(v.object({ id: v.string(), name: v.string() }));
const RecordsSchema = v.array(v.object({ type: v.string(), content: v.optional(v.string(), '') }));

/** Of these a name may have what it likes beside a custom domain. */
const HARMLESS: ReadonlySet<string> = new Set(['TXT', 'MX', 'CAA', 'NS', 'SRV']);

export async function domainFindings(
  api: CloudflareApi | undefined,
  hostnames: readonly string[],
  worker: string,
): Promise<readonly InfraFinding[]> {
  if (hostnames.length === 0)
    return [
      note('no_domains', 'routing.pinDomains of regions.json names no domain: infra/ makes no names in DNS'),
    ];
  if (api === undefined)
    return [
      note(
        'domains_unknown',
        `whether ${hostnames.length} names are free cannot be seen without CLOUDFLARE_API_TOKEN`,
      ),
    ];
  const [domains, zones] = await Promise.all([
    api.all(`/accounts/${api.account}/workers/domains`),
    api.all('/zones'),
  ]);
  if (!v.is(DomainsSchema, domains.result))
    return [
      fix(
        'token_too_little',
        `CLOUDFLARE_API_TOKEN may not see custom domains of Workers (${domains.status})`,
        'give it Workers Scripts: Edit',
      ),
    ];
  const owners = new Map(domains.result.map(({ hostname, service }) => [hostname, service]));
  const seen = v.is(ZonesSchema, zones.result) ? zones.result : [];
  const findings = await Promise.all(
    hostnames.map((hostname) =>
      domainFinding(api, hostname, { worker, owner: owners.get(hostname), zones: seen }),
    ),
  );
  return findings.some(({ state }) => state !== 'ok')
    ? findings.filter(({ state }) => state !== 'ok')
    : [ok('domains', `${hostnames.length} names are free, or this Worker's already`)];
}

interface Known {
  readonly worker: string;
  readonly owner: string | undefined;
  readonly zones: readonly { readonly id: string; readonly name: string }[];
}

async function domainFinding(
  api: CloudflareApi,
  hostname: string,
  { worker, owner, zones }: Known,
): Promise<InfraFinding> {
  if (owner === worker) return ok('domain', `${hostname} leads to ${worker}`);
  if (owner !== undefined)
    return fix(
      'domain_taken',
      `${hostname} is taken: it leads to the Worker ${owner}`,
      `remove it there, or choose another domain (routing.pinDomains)`,
    );
  const zone = zones
    .filter(({ name }) => hostname === name || hostname.endsWith(`.${name}`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (zone === undefined)
    return fix(
      'no_zone',
      `no zone that CLOUDFLARE_API_TOKEN can see has ${hostname}`,
      'add the domain to Cloudflare, or give the token Zone: Read and DNS: Edit for it',
    );
  const { status, result } = await api.all(`/zones/${zone.id}/dns_records?name=${hostname}`);
  if (!v.is(RecordsSchema, result))
    return fix(
      'token_too_little',
      `CLOUDFLARE_API_TOKEN may not see the DNS of ${zone.name} (${status})`,
      'give it DNS: Edit for that zone',
    );
  const record = result.find(({ type }) => !HARMLESS.has(type));
  if (record === undefined) return ok('domain', `${hostname} is free`);
  return fix(
    'domain_taken',
    `${hostname} is taken: it has a record ${record.type} ${record.content}`,
    'remove the record, if nobody needs it any more, or choose another domain',
  );
}
