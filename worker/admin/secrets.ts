// `GET /api/secrets`: which secrets the deployment has, since when, which of them each region's servers take, and who still
// uses which. Puts together what the ConfigStore and the regions know.

import { ROTATED_SECRETS, type SecretParts, SINGLE_SECRETS, secretText } from '../../api/rotated-secrets.ts';
import type { Secret, Secrets, SecretUse, SecretValue } from '../../api/secrets.ts';
import { ownRegions } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { KnownSecret } from '../config/secret-table.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import type { CredentialReport } from '../region/credential-report.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Caller } from './admin-route.ts';
import { adminTokensOf } from './admin-tokens.ts';
import { fromStore } from './from-store.ts';

/** A region that does not answer for this long does not answer. */
const REGION_TIMEOUT_MS = 5_000;

interface Asked {
  readonly id: string;
  /** Undefined: it does not answer. */
  readonly report: CredentialReport | undefined;
}

export function secrets(
  _request: Request,
  { env, config }: EdgeContext,
  { secret }: Pick<Caller, 'secret'>,
): Promise<Response> {
  const ask = async () => configStore(env)?.secrets() ?? [];
  return fromStore(ask, async (known) => {
    const asked = await Promise.all(
      ownRegions(config).map(async (region): Promise<Asked> => {
        try {
          const report = regionStub(env, region).credentials();
          const late = `no answer within ${REGION_TIMEOUT_MS} ms`;
          return { id: region.id, report: await withTimeout(report, REGION_TIMEOUT_MS, late) };
        } catch (error) {
          console.warn(`region ${region.id} does not say which credentials are used: ${messageOf(error)}`);
          return { id: region.id, report: undefined };
        }
      }),
    );
    return Response.json(secretsView({ env, known, asked, caller: secret }));
  });
}

interface Found {
  readonly env: Env;
  readonly known: readonly KnownSecret[];
  readonly asked: readonly Asked[];
  readonly caller: string | undefined;
}

function secretsView({ env, known, asked, caller }: Found): Secrets {
  const values = (places: readonly SecretParts[]) =>
    places
      .filter((parts) => secretText(parts, env) !== undefined)
      .map((parts) => valueView(parts, { env, known, asked }))
      .toSorted((a, b) => Date.parse(a.since ?? '') - Date.parse(b.since ?? '') || 0);
  const rotated = ROTATED_SECRETS.map(({ name, places }): Secret => {
    // nats-server does not show as which user a leaf node has signed in.
    return { name, rotates: true, values: values(places), seesUses: name !== 'NATS_LEAF_USERS' };
  });
  const single = SINGLE_SECRETS.map((name): Secret => {
    return { name, rotates: false, values: values([[name]]), seesUses: false };
  });
  return {
    secrets: [...rotated, ...single].filter(({ values }) => values.length > 0),
    servers: asked.flatMap(({ id, report }) =>
      report?.taken === undefined
        ? []
        : [{ region: id, takes: report.taken.takes ?? null, takesOther: report.taken.takesOther }],
    ),
    // One whose server runs and does not say who is connected is as good as silent.
    silent: asked.filter(({ report }) => report?.uses === undefined).map(({ id }) => id),
    seen: asked.flatMap(({ id, report }) =>
      report?.uses === undefined ? [] : [{ region: id, since: new Date(report.knownSince).toISOString() }],
    ),
    caller: caller ?? null,
  };
}

function valueView(parts: SecretParts, { env, known, asked }: Omit<Found, 'caller'>): SecretValue {
  const [secret] = parts;
  const found = known.find((each) => each.secret === secret);
  return {
    secrets: [...parts],
    id: found?.id ?? null,
    since: found === undefined ? null : new Date(found.since).toISOString(),
    names: namesOf(secret, env),
    uses: [
      ...(found?.uses ?? []).map(
        ({ who, last }): SecretUse => ({
          who,
          region: null,
          connected: null,
          last: new Date(last).toISOString(),
        }),
      ),
      ...asked.flatMap(({ id, report }) => clientUses(secret, env, id, report)),
    ],
  };
}

function clientUses(
  secret: string,
  env: Env,
  region: string,
  report: CredentialReport | undefined,
): readonly SecretUse[] {
  const isToken = secret === 'NATS_TOKEN';
  if (!isToken && secret !== 'NATS_USER' && secret !== 'NATS_USER_NEXT') return [];
  const user = isToken ? undefined : env[secret];
  return (report?.uses ?? [])
    .filter((use) => use.user === user)
    .map(({ client, connected, last }) => ({
      who: client,
      region,
      connected,
      last: new Date(last).toISOString(),
    }));
}

/** Of users and of tokens; never anything of a password. */
function namesOf(secret: string, env: Env): readonly string[] {
  switch (secret) {
    case 'NATS_USER':
    case 'NATS_USER_NEXT':
      return [env[secret] ?? ''];
    case 'NATS_LEAF_USERS':
    case 'NATS_LEAF_USERS_NEXT':
      return (env[secret] ?? '')
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[0] ?? '')
        .filter((name) => name !== '');
    default:
      return adminTokensOf(env)
        .tokens.filter((token) => token.secret === secret)
        .map(({ name }) => name ?? '');
  }
}
