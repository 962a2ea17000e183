// What stands for Cloudflare's API in tests of deploys: one account with one Worker, its container applications and a bucket. It
// takes what a rollback changes, and records what it was asked.

import { createServer } from 'node:http';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { bareEnvironment } from './deploy-command.ts';
import type { Answer, FakeAccount } from './fake-account.ts';
import { answerToUpload } from './fake-cloudflare-upload.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const TOKEN = 'a-token-of-forty-characters-0123456789_A';

/** ms since the epoch. */
const FIRST_DEPLOYED = Date.parse('2026-11-01T00:00:00Z');

export interface FakeCloudflare extends AsyncDisposable {
  readonly account: FakeAccount;
  /** Calls that change something. */
  readonly changes: readonly string[];
  /** The bodies of those that had one, in the same order, with those that were refused. */
  readonly bodies: readonly unknown[];
  /** For a command: the secrets and the address. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startFakeCloudflare(of: Partial<FakeAccount> = {}): Promise<FakeCloudflare> {
  const account: FakeAccount = {
    ...{ worker: 'meridian', migration: undefined, versions: [], images: {}, objects: {}, domains: {} },
    ...{
      failing: undefined,
      code: {},
      changedSecrets: [],
      classes: [],
      namespaces: {},
      secrets: {},
      isNewestNotDeployed: false,
    },
    ...of,
  };
  const changes: string[] = [];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET', url = '' } = request;
    const path = url.replace(`/accounts/${ACCOUNT}`, '');
    const call = `${method} ${path}`;
    const isFailing = account.failing !== undefined && call.includes(account.failing);
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const text = Buffer.concat(chunks).toString();
    if (method !== 'GET' && text !== '') bodies.push(bodyOf(request.headers['content-type'], text));
    const answered: Answer = !isKnown
      ? { status: 403 }
      : isFailing
        ? { status: 500 }
        : answer(account, call, text);
    if (method !== 'GET' && !path.includes('changeset') && (answered.status ?? 200) < 400) changes.push(call);
    const { status = 200, result = null } = answered;
    response.writeHead(status, { connection: 'close', 'content-type': 'application/json' });
    response.end(
      answered.text ??
        JSON.stringify({
          success: status < 400,
          result,
          errors: [answered.error ?? { code: 10013, message: 'as told' }],
        }),
    );
  });
  const port = await listenOnLoopback(server);
  return {
    account,
    changes,
    bodies,
    env: {
      ...bareEnvironment(),
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      CLOUDFLARE_API_BASE_URL: `http://${LOOPBACK}:${port}`,
    },
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

function answer(account: FakeAccount, call: string, body: string): Answer {
  const json = () => JSON.parse(body);
  const [, application = ''] = /applications\/id-([^/]+)/.exec(call) ?? [];
  const [, key = ''] = /objects\/(.+)$/.exec(call) ?? [];
  if (call.startsWith('GET /containers/applications'))
    return {
      result: Object.entries(account.images).map(([name, image]) => ({
        ...{ id: `id-${name}`, name, configuration: { image, instance_type: 'basic' } },
        durable_objects: { namespace_id: account.namespaces[name] },
      })),
    };
  if (call.startsWith('PATCH /containers/applications/')) {
    account.images[application] = json().configuration.image;
    return {};
  }
  if (call.endsWith('/rollouts')) return {};
  if (call === 'GET /workers/scripts')
    return {
      result: account.versions.length > 0 ? [{ id: account.worker, migration_tag: account.migration }] : [],
    };
  if (call === `GET /workers/scripts/${account.worker}/deployments`)
    return {
      result: {
        deployments: account.versions.map((version_id, index, { length }) => ({
          created_on: new Date(FIRST_DEPLOYED + (length - index) * 1_000).toISOString(),
          versions: [{ version_id, percentage: 100 }],
        })),
      },
    };
  const [, version] = /^GET \/workers\/scripts\/[^/]+\/versions\/(.+)$/.exec(call) ?? [];
  if (version !== undefined) {
    const etag = account.code[version] ?? `code of ${version}`;
    const metadata = { created_on: new Date(FIRST_DEPLOYED).toISOString() };
    const bindings = account.classes.map((name) => {
      return { type: 'durable_object_namespace', class_name: name, name, namespace_id: `of-${name}` };
    });
    return { result: { id: version, metadata, resources: { script: { etag }, bindings } } };
  }
  if (call.startsWith(`POST /workers/scripts/${account.worker}/deployments`)) {
    const { changedSecrets } = account;
    if (changedSecrets.length > 0 && !call.endsWith('?force=true')) {
      const message = `Cannot roll back. The following secrets have changed: ${changedSecrets.join(', ')}`;
      return { status: 400, error: { code: 10220, message } };
    }
    account.versions.unshift(json().versions[0].version_id);
    return {};
  }
  if (call.startsWith('GET /workers/domains?'))
    return {
      result: Object.entries(account.domains)
        .filter(([, owner]) => owner !== 'dns')
        .map(([hostname, service]) => ({ hostname, service })),
    };
  if (call.startsWith('GET /zones?')) return { result: [{ id: 'z1', name: 'example.com' }] };
  const [, name = ''] = /^GET \/zones\/z1\/dns_records\?name=([^&]+)/.exec(call) ?? [];
  if (name !== '')
    return { result: account.domains[name] === 'dns' ? [{ type: 'A', content: '192.0.2.1' }] : [] };
  if (call.includes('/domains/changeset')) {
    const [{ hostname }] = json();
    const owner = account.domains[hostname];
    if (owner === 'dns') return { result: { conflicting: [{ hostname }] } };
    return { result: { updated: owner === undefined ? [] : [{ hostname, id: `record-${hostname}` }] } };
  }
  if (call.includes('/domains/records/record-'))
    return { result: { service: account.domains[call.split('record-')[1] ?? ''] } };
  if (call.startsWith('PUT /r2/')) {
    account.objects[key] = body;
    return {};
  }
  if (call.startsWith('GET /r2/') && key !== '') {
    const text = account.objects[key];
    return text === undefined ? { status: 404 } : { text };
  }
  return answerToUpload(account, call, body);
}

/** Of a form with files only what wrangler calls its metadata. */
function bodyOf(type: string | undefined, text: string): unknown {
  if (!type?.startsWith('multipart/')) return JSON.parse(text);
  const [, metadata = ''] = /name="metadata"\r\n\r\n(.*?)\r\n--/s.exec(text) ?? [];
  return JSON.parse(metadata);
}
