// What stands for Cloudflare's API where wrangler itself deploys a Worker, or changes its secrets: the calls of wrangler 4.164.

import type { Answer, FakeAccount } from './fake-account.ts';

/** Cloudflare's codes. */
const NO_WORKER = { code: 10007, message: 'This Worker does not exist on your account.' };
const NO_BUCKET = { code: 10006, message: 'The specified bucket does not exist.' };
const NOT_DEPLOYED = { code: 10215, message: 'The latest version is not the one that is deployed.' };

/** Of the version that the first upload makes, the second, and so on; wrangler wants UUIDs. */
export function uploadedVersion(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function answerToUpload(account: FakeAccount, call: string, body: string): Answer {
  const script = `/workers/scripts/${account.worker}`;
  const isThere = account.versions.length > 0;
  const orNone = (result: unknown): Answer => (isThere ? { result } : { status: 404, error: NO_WORKER });
  const [start = ''] = call.split('?');
  switch (start) {
    case `GET ${script}/secrets`:
      return orNone(Object.keys(account.secrets).map((name) => ({ name, type: 'secret_text' })));
    case `PATCH ${script}/secrets-bulk`:
      return isThere ? changeSecrets(account, JSON.parse(body).secrets) : { status: 404, error: NO_WORKER };
    case `PUT ${script}`:
      account.versions.unshift(uploadedVersion(account.versions.length + 1));
      account.classes = [...new Set(body.matchAll(/"class_name":"(\w+)"/g).map(([, name = '']) => name))];
      return { result: { id: account.worker, startup_time_ms: 1, deployment_id: account.versions[0] } };
    case `GET /workers/services/${account.worker}`:
      return orNone({
        default_environment: { environment: 'production', script: { last_deployed_from: 'wrangler' } },
      });
    case `GET ${script}/settings`:
      return orNone({ bindings: [] });
    case `GET /workers/workers/${account.worker}`:
      return { result: { id: account.worker, subdomain: { enabled: true, previews_enabled: false } } };
    case 'GET /workers/subdomain':
      return { result: { subdomain: 'someone' } };
    case `POST ${script}/subdomain`:
      return { result: { enabled: true, previews_enabled: false } };
    case 'GET /storage/kv/namespaces':
      return { result: [] };
    case 'POST /storage/kv/namespaces':
      return { result: { id: 'k1' } };
    case `PUT ${script}/schedules`:
      return { result: { schedules: [] } };
    case 'POST /containers/applications':
      return addApplication(account, JSON.parse(body));
    case 'GET /r2/buckets':
      return { result: { buckets: [] } };
    case 'POST /r2/buckets':
      return { result: {} };
    default:
      if (!start.startsWith('GET /r2/buckets/')) return { status: 404 };
      return isThere ? { result: { name: 'bucket' } } : { status: 404, error: NO_BUCKET };
  }
}

function changeSecrets(
  account: FakeAccount,
  secrets: Readonly<Record<string, { readonly text: string } | null>>,
): Answer {
  if (account.isNewestNotDeployed) return { status: 400, error: NOT_DEPLOYED };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret === null) delete account.secrets[name];
    else account.secrets[name] = secret.text;
  }
  return { result: {} };
}

interface Application {
  readonly name: string;
  readonly configuration: { readonly image: string };
  readonly durable_objects: { readonly namespace_id: string };
}

function addApplication(account: FakeAccount, added: Application): Answer {
  const { name, configuration, durable_objects } = added;
  account.images[name] = configuration.image;
  account.namespaces[name] = durable_objects.namespace_id;
  return { result: { id: `id-${name}`, ...added } };
}
