// A team of Cloudflare Access for tests: real keys, and the endpoint that publishes them in place of `fetch`.

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { vi } from 'vitest';
import type { AccessApplication } from '../../worker/admin/access-jwt.ts';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly secret: CryptoKey;
  readonly jwk: JWK;
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export const AUDIENCE = '0123456789abcdef'.repeat(4);

/** Of any type: a JWT may contain anything. */
export type Claims = Readonly<Record<string, unknown>>;

let teams = 0;

/** Each team has a name of its own, so that no test finds the keys of another. */
export class Team {
  readonly application: AccessApplication = {
    teamDomain: `team-${++teams}.cloudflareaccess.com`,
    audience: AUDIENCE,
  };
  readonly url = `https://${this.application.teamDomain}/cdn-cgi/access/certs`;
  /** What the endpoint publishes; undefined: it is down. */
  published: readonly SigningKey[] | undefined;
  fetches = 0;

  constructor(...published: readonly SigningKey[]) {
    this.published = published;
    vi.stubGlobal('fetch', async (url: string) => {
      this.fetches++;
      if (url !== this.url) throw new Error(`nobody should fetch ${url}`);
      if (this.published === undefined) return new Response('down', { status: 503 });
      return Response.json({ keys: this.published.map(({ jwk }) => jwk) });
    });
  }

  /** A JWT as Access makes it, with the claims given in place of its own; `undefined` leaves one out. */
  sign(key: SigningKey, claims: Claims = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: `https://${this.application.teamDomain}`,
      aud: [AUDIENCE],
      email: 'ada@example.com',
      iat: now,
      nbf: now,
      exp: now + 3600,
      ...claims,
    };
    return new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.secret);
  }
}
