// `POST /api/credentials`: who shows a sign-in, of Cloudflare Access or of an issuer that speaks OpenID Connect, becomes a user of
// NATS for a while. The servers know the account's signing key only: nothing is looked up when the user connects.

import { type Credentials, type CredentialsBody, CredentialsBodySchema } from '../../api/credentials.ts';
import type { ErrorCode } from '../../api/errors.ts';
import { WWW_AUTHENTICATE_HEADER } from '../../api/headers.ts';
import { accessJwtOf } from '../admin/access-jwt.ts';
import { addressOf } from '../admin/address.ts';
import { bearerTokenOf } from '../admin/bearer-token.ts';
import { isCrossSite } from '../admin/cross-site.ts';
import { readJsonBody } from '../admin/json-body.ts';
import { mayCall } from '../admin/rate-limit.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { permissionsFor } from './permissions.ts';
import { isUserKey, makeUser, signingKeyOf } from './user-jwt.ts';
import { verifyToken } from './verify-token.ts';

const ACTION = 'credentials';
const MOST_NAME_CHARACTERS = 320;
const MOST_REASON_CHARACTERS = 300;

const UNKNOWN =
  'this needs a sign-in: a JWT of an accepted issuer as "Authorization: Bearer JWT", or Cloudflare Access in front of it';

export async function credentials(request: Request, edge: EdgeContext): Promise<Response> {
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
  const refuse = (code: ErrorCode, message: string, actor: string, reason: string) => {
    edge.audit({
      actor,
      action: ACTION,
      outcome: code,
      address,
      detail: reason.slice(0, MOST_REASON_CHARACTERS),
    });
    const headers = code === 'unauthorized' ? { [WWW_AUTHENTICATE_HEADER]: 'Bearer realm="meridian"' } : {};
    return uncached(errorResponse(code, message, { headers }));
  };
  if (!(await mayCall(edge.env.ADMIN_RATE_LIMIT, 'anonymous', address)))
    return uncached(errorResponse('rate_limited', 'too many sign-ins from this address: wait a minute'));

  const bearer = bearerTokenOf(request);
  const token = bearer ?? accessJwtOf(request);
  if (token === undefined) return refuse('unauthorized', UNKNOWN, 'anonymous', 'no sign-in');
  // A browser adds what Access needs to requests of any site; a bearer's token is sent by who has it.
  if (bearer === undefined && isCrossSite(request))
    return refuse('cross_site', 'a browser sent this on behalf of another site', 'anonymous', 'cross-site');
  const verified = await verifyToken(token, signIn.issuers);
  if (verified.kind === 'refused') return refuse('unauthorized', UNKNOWN, 'anonymous', verified.reason);
  if (verified.kind === 'unknown') {
    console.error(`the keys of an issuer of sign-ins could not be had: ${verified.reason}`);
    return uncached(
      errorResponse('sign_in_unavailable', 'the keys of the issuer could not be had: try again'),
    );
  }
  const { claims } = verified;
  const name = nameOf(claims);
  const actor = `sign-in:${name}`;
  const permissions = permissionsFor(claims, signIn.grants);
  if ('why' in permissions) return refuse('not_granted', permissions.why, actor, permissions.why);
  const read = await readBody(request);
  if (!read.ok) return read.response;
  const { publicKey } = read.body;
  if (publicKey !== undefined && !isUserKey(publicKey))
    return errorResponse('bad_request', 'publicKey: the public key of a user begins with U (nkeys)');

  const expires = Math.floor(Date.now() / 1000) + signIn.minutes * 60;
  const user = await makeUser({ name, permissions, account: signIn.account, signer, expires, publicKey });
  edge.audit({ actor, action: ACTION, outcome: 'ok', address, detail: `for ${signIn.minutes} minutes` });
  return uncached(
    Response.json({
      user: name,
      ...user,
      account: signIn.account,
      expiresAt: expires * 1000,
      ...permissions,
    } satisfies Credentials),
  );
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

/** As somebody reads it: an e-mail address or a service's name, else the issuer's own id for it. */
function nameOf({
  email,
  common_name,
  sub = '',
}: Readonly<Record<string, unknown>> & { sub?: string }): string {
  const [name = sub] = [email, common_name].filter((each) => typeof each === 'string' && each !== '');
  return (name as string).slice(0, MOST_NAME_CHARACTERS);
}

function uncached(response: Response): Response {
  response.headers.set('cache-control', 'no-store');
  return response;
}
