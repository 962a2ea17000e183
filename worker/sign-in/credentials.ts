// `POST /api/credentials`: who shows a sign-in, of Cloudflare Access or of an issuer that speaks OpenID Connect, becomes a user of
// NATS for a while. The servers know the account's signing key only: nothing is looked up when the user connects.

import { type Credentials, type CredentialsBody, CredentialsBodySchema } from '../../api/credentials.ts';
import type { ErrorCode } from '../../api/errors.ts';
import { WWW_AUTHENTICATE_HEADER } from '../../api/headers.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { accessJwtOf } from '../admin/access-jwt.ts';
import { addressOf } from '../admin/address.ts';
import { bearerTokenOf } from '../admin/bearer-token.ts';
import { isCrossSite } from '../admin/cross-site.ts';
import { readJsonBody } from '../admin/json-body.ts';
import { mayCall } from '../admin/rate-limit.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { type Permissions, permissionsFor } from './permissions.ts';
import { isUserKey, makeUser, signingKeyOf } from './user-jwt.ts';
import { verifyToken } from './verify-token.ts';

const ACTION = 'credentials';
const ANONYMOUS = 'anonymous';
const MOST_NAME_CHARACTERS = 320;
const MOST_REASON_CHARACTERS = 300;

const NO_SIGN_IN =
  'this needs a sign-in: a JWT of an accepted issuer as "Authorization: Bearer JWT", or Cloudflare Access in front of it';

type SignIn = NonNullable<MeridianConfig['signIn']>;

interface SignedIn {
  readonly ok: true;
  readonly name: string;
  readonly permissions: Permissions;
}

interface Refused {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
  /** Who it was, as far as that is known. */
  readonly actor: string;
  /** For the audit log; undefined if nothing is said of the sign-in. */
  readonly reason?: string;
}

export async function credentials(request: Request, edge: EdgeContext): Promise<Response> {
  const response = await answer(request, edge);
  response.headers.set('cache-control', 'no-store');
  return response;
}

async function answer(request: Request, edge: EdgeContext): Promise<Response> {
  const { signIn } = edge.config;
  if (signIn === undefined)
    return errorResponse('sign_in_off', 'sign-ins are off: set `signIn` (docs/security.md)');
  const signer = signingKeyOf(edge.env.NATS_ACCOUNT_SIGNING_KEY ?? '');
  if (signer === undefined)
    return errorResponse(
      'sign_in_unavailable',
      'NATS_ACCOUNT_SIGNING_KEY is not the seed of an account or of its signing key: set the secret',
    );
  const address = addressOf(request);
  if (!(await mayCall(edge.env.ADMIN_RATE_LIMIT, ANONYMOUS, address)))
    return errorResponse('rate_limited', 'too many sign-ins from this address: wait a minute');
  const who = await whoSignedIn(request, signIn);
  if (!who.ok) return refuse(who, address, edge);
  const read = await readBody(request);
  if (!read.ok) return read.response;
  const { publicKey } = read.body;
  if (publicKey !== undefined && !isUserKey(publicKey))
    return errorResponse('bad_request', 'publicKey: the public key of a user begins with U (nkeys)');

  const { name, permissions } = who;
  const { account, minutes } = signIn;
  const expires = Math.floor(Date.now() / 1000) + minutes * 60;
  const user = await makeUser({ name, permissions, account, signer, expires, publicKey });
  const detail = `for ${minutes} minutes`;
  edge.audit({ actor: actorOf(name), action: ACTION, outcome: 'ok', address, detail });
  return Response.json({
    ...{ user: name, ...user, account, expiresAt: expires * 1000 },
    ...permissions,
  } satisfies Credentials);
}

async function whoSignedIn(request: Request, { issuers, grants }: SignIn): Promise<SignedIn | Refused> {
  const bearer = bearerTokenOf(request);
  const token = bearer ?? accessJwtOf(request);
  const nobody = { ok: false, code: 'unauthorized', message: NO_SIGN_IN, actor: ANONYMOUS } as const;
  if (token === undefined) return { ...nobody, reason: 'no sign-in' };
  // A browser adds what Access needs to requests of any site; a bearer's token is sent by who has it.
  if (bearer === undefined && isCrossSite(request)) {
    const message = 'a browser sent this on behalf of another site';
    return { ...nobody, code: 'cross_site', message, reason: 'cross-site' };
  }
  const verified = await verifyToken(token, issuers);
  if (verified.kind === 'refused') return { ...nobody, reason: verified.reason };
  if (verified.kind === 'unknown') {
    console.error(`the keys of an issuer of sign-ins could not be had: ${verified.reason}`);
    const message = 'the keys of the issuer could not be had: try again';
    return { ok: false, code: 'sign_in_unavailable', message, actor: ANONYMOUS };
  }
  const { claims } = verified;
  const name = nameOf(claims);
  const permissions = permissionsFor(claims, grants);
  if (!('why' in permissions)) return { ok: true, name, permissions };
  const { why } = permissions;
  return { ok: false, code: 'not_granted', message: why, actor: actorOf(name), reason: why };
}

function refuse({ code, message, actor, reason }: Refused, address: string, edge: EdgeContext): Response {
  if (reason !== undefined)
    edge.audit({
      actor,
      action: ACTION,
      outcome: code,
      address,
      detail: reason.slice(0, MOST_REASON_CHARACTERS),
    });
  const headers = code === 'unauthorized' ? { [WWW_AUTHENTICATE_HEADER]: 'Bearer realm="meridian"' } : {};
  return errorResponse(code, message, { headers });
}

/** No body asks for nothing in particular. */
async function readBody(
  request: Request,
): Promise<
  { readonly ok: true; readonly body: CredentialsBody } | { readonly ok: false; readonly response: Response }
> {
  if (request.body === null || request.headers.get('content-length') === '0') return { ok: true, body: {} };
  return readJsonBody(request, CredentialsBodySchema);
}

const actorOf = (name: string) => `sign-in:${name}`;

/** As somebody reads it: an e-mail address or a service's name, else the issuer's own id for it. */
function nameOf({
  email,
  common_name,
  sub = '',
}: Readonly<Record<string, unknown>> & { sub?: string }): string {
  const [name = sub] = [email, common_name].filter((each) => typeof each === 'string' && each !== '');
  return (name as string).slice(0, MOST_NAME_CHARACTERS);
}
