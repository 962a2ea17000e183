// Which secrets the edge has that is deployed, by name, and what new ones would do to it. Secrets of a Worker cannot be read back, so
// one that is made anew here would take the place of the one that clients have.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { SECRETS_FILE } from './secrets-file.ts';

/** Names; `none`: no edge is deployed; `unknown`: Cloudflare could not be asked. */
export type Deployed = readonly string[] | 'none' | 'unknown';

/** Somebody waits for the first question. */
const ASK_TIMEOUT_MS = 15_000;

/** Asks by wrangler, which nobody has to be signed in with. */
export function askDeployed(project: string): Promise<Deployed> {
  const wrangler = join(project, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'secret', 'list', '--format', 'json'];
  // Without a terminal it does not begin to sign in.
  const env = { ...process.env, CI: 'true', NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: project, env, timeout: ASK_TIMEOUT_MS },
      (error, out, err) => resolve(deployedFrom(error === null, out, err)),
    );
    child.stdin?.end();
  });
}

/** From what wrangler printed. Pure. */
export function deployedFrom(succeeded: boolean, out: string, err: string): Deployed {
  if (!succeeded) return /Worker ".*" not found/.test(out + err) ? 'none' : 'unknown';
  try {
    return (JSON.parse(out) as readonly { readonly name: string }[]).map(({ name }) => name);
  } catch {
    return 'unknown';
  }
}

const CLIENTS = /^NATS_/;

/** What it means for an edge that is deployed if these are made anew. Pure. */
export function replacementNotes(added: readonly string[], deployed: Deployed): readonly string[] {
  if (deployed === 'none') return [];
  const replaced = deployed === 'unknown' ? added : added.filter((name) => deployed.includes(name));
  const clients = replaced.filter((name) => CLIENTS.test(name));
  const operators = replaced.filter((name) => !CLIENTS.test(name));
  const when =
    deployed === 'unknown'
      ? 'If an edge is deployed already, a deploy'
      : 'There is an edge with others: a deploy';
  return [
    ...(clients.length === 0
      ? []
      : [
          `${when} with ${SECRETS_FILE} replaces its ${clients.join(' and ')}. Once a region's server has restarted, clients that have what was before are refused there. To change it with both valid meanwhile: --clients keep here, then npm run secrets -- rotate ${clients[0]} (docs/security.md).`,
        ]),
    ...(operators.length === 0
      ? []
      : [
          `${when} with ${SECRETS_FILE} replaces its ${operators.join(' and ')}, and who has what was before is refused at once: people, Prometheus, pipelines. To change them with both valid meanwhile: --operators keep here, then npm run secrets -- rotate ${operators[0]}.`,
        ]),
  ];
}

/** What stands in the way of these at the edge: servers refuse to start with both ways for clients. Pure. */
export function leftoverNotes(added: readonly string[], deployed: Deployed): readonly string[] {
  if (typeof deployed === 'string') return [];
  const other = added.includes('NATS_TOKEN')
    ? ['NATS_USER', 'NATS_PASSWORD']
    : added.includes('NATS_USER')
      ? ['NATS_TOKEN']
      : [];
  return other
    .filter((name) => deployed.includes(name))
    .map(
      (name) => `${name} is deployed. Servers refuse to start with both: npx wrangler secret delete ${name}.`,
    );
}
