// Before a deploy: whether the domains of wrangler.toml are free. Without a terminal, as here, wrangler takes a domain from
// another Worker and replaces its DNS records, and asks nobody (wrangler 4.164, `publishCustomDomains`).

import { readFile } from 'node:fs/promises';
import { type CloudflareApi, cloudflareApi } from '../cli/cloudflare/api.ts';
import { CommandError, EXIT, type ExitCode } from '../cli/exit.ts';
import { domainFindings } from '../cli/infra/domains.ts';
import { ROOT } from '../cli/regions-file.ts';
import { DeployApi } from './deploy-api.ts';
import type { Environment } from './target.ts';
import { readWranglerFile } from './wrangler-file.ts';

/** @throws CommandError if a domain is somebody else's, or that cannot be seen */
export async function checkDomainsAreFree(env: Environment): Promise<void> {
  const { worker, domains } = readWranglerFile(await readFile(new URL('wrangler.toml', ROOT), 'utf8'));
  if (domains.length === 0) return;
  const api = cloudflareApi(env);
  // Signed in by wrangler, there is no token to ask with.
  if (api === undefined)
    throw cannotSee(domains, 'that takes CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID', EXIT.notAuthorized);
  const deployed = new DeployApi(env);
  if ((await deployed.migrationOf(worker)) === undefined) return checkFirstDeploy(api, worker, domains);
  for (const domain of domains) {
    const owner = await ownerOf(deployed, worker, domain);
    if (owner !== undefined) throw taken(`${domain} is taken, by ${owner}`, { domain, owner });
  }
}

/** A Worker that is not there yet cannot be asked what its domains would change: the zones and the other Workers are. */
async function checkFirstDeploy(
  api: CloudflareApi,
  worker: string,
  domains: readonly string[],
): Promise<void> {
  const findings = (await domainFindings(api, domains, worker)).filter(({ state }) => state !== 'ok');
  const found = findings.find(({ code }) => code === 'domain_taken');
  if (found !== undefined) throw taken(found.text, { domains });
  const [unseen] = findings;
  if (unseen === undefined) return;
  const how = unseen.fix === undefined ? '' : `: ${unseen.fix}`;
  throw cannotSee(domains, `${unseen.text}${how}`, EXIT.refused);
}

function taken(what: string, details: Readonly<Record<string, unknown>>): CommandError {
  return new CommandError(
    EXIT.refused,
    `Cloudflare: ${what}, and wrangler would take it away without a question. Nothing was deployed. Choose another name (\`npm run setup -- --domain NAME\`), or use --take-domain to move it here.`,
    { details: { code: 'domain_taken', platform: 'cloudflare', ...details } },
  );
}

function cannotSee(domains: readonly string[], why: string, exitCode: ExitCode): CommandError {
  const which = domains.length === 1 ? `${domains[0]} is` : `${domains.join(', ')} are`;
  return new CommandError(
    exitCode,
    `Cloudflare: whether ${which} free cannot be seen: ${why}. Nothing was deployed. If it is yours, --take-domain deploys without looking.`,
    { details: { code: 'domain_unknown', platform: 'cloudflare', domains } },
  );
}

/** What cannot be looked at is no permission to take it. */
async function ownerOf(api: DeployApi, worker: string, domain: string): Promise<string | undefined> {
  try {
    return await api.ownerOfDomain(worker, domain);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const message = `${error.message} Nothing was deployed. If it is yours, --take-domain deploys without looking.`;
    throw new CommandError(error.exitCode, message, { details: error.details, cause: error });
  }
}
