// Before a deploy: whether the domains of wrangler.toml are free. Without a terminal, as here, wrangler takes a domain from
// another Worker and replaces its DNS records, and asks nobody (wrangler 4.164, `publishCustomDomains`).

import { readFile } from 'node:fs/promises';
import { CommandError, EXIT } from '../cli/exit.ts';
import { ROOT } from '../cli/regions-file.ts';
import { CloudflareApi } from './cloudflare-api.ts';
import type { Environment } from './target.ts';
import { readWranglerFile } from './wrangler-file.ts';

/** @throws CommandError if a domain is somebody else's. Signed in by wrangler, there is no token to ask with. */
export async function checkDomainsAreFree(env: Environment): Promise<void> {
  const { worker, domains } = readWranglerFile(await readFile(new URL('wrangler.toml', ROOT), 'utf8'));
  if (domains.length === 0 || !env.CLOUDFLARE_API_TOKEN || !env.CLOUDFLARE_ACCOUNT_ID) return;
  const api = new CloudflareApi(env);
  // A Worker that is not there yet has no domains, and cannot be asked about them.
  if ((await api.migrationOf(worker)) === undefined) return;
  for (const domain of domains) {
    const owner = await ownerOf(api, worker, domain);
    if (owner === undefined) continue;
    throw new CommandError(
      EXIT.refused,
      `Cloudflare: ${domain} is taken, by ${owner}, and wrangler would take it away without a question. Nothing was deployed. Choose another name (\`npm run setup -- --domain NAME\`), or use --take-domain to move it here.`,
      { details: { code: 'domain_taken', platform: 'cloudflare', domain, owner } },
    );
  }
}

/** What cannot be looked at is no permission to take it. */
async function ownerOf(api: CloudflareApi, worker: string, domain: string): Promise<string | undefined> {
  try {
    return await api.ownerOfDomain(worker, domain);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const message = `${error.message} Nothing was deployed. If it is yours, --take-domain deploys without looking.`;
    throw new CommandError(error.exitCode, message, { details: error.details, cause: error });
  }
}
