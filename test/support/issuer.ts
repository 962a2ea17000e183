// An issuer of sign-ins on this machine: real keys, which it publishes by HTTP as those of OpenID Connect do.

import { createServer, type Server } from 'node:http';
import { type JWTPayload, SignJWT } from 'jose';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { type SigningKey, signingKey } from './access-team.ts';

export const AUDIENCE = 'meridian-test';

export class Issuer {
  readonly url: string;
  readonly #server: Server;
  readonly #key: SigningKey;

  private constructor(url: string, server: Server, key: SigningKey) {
    this.url = url;
    this.#server = server;
    this.#key = key;
  }

  static async start(): Promise<Issuer> {
    const key = await signingKey('first');
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.jwk] }));
    });
    const port = await listenOnLoopback(server);
    return new Issuer(`http://127.0.0.1:${port}`, server, key);
  }

  /** A token of it, with the claims given in place of its own. */
  sign(claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 600, ...claims };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: this.#key.alg, kid: this.#key.kid })
      .sign(this.#key.secret);
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
