// `npm start -- --auth`: a stack on this machine with the credentials that a deployment has, so that these can be tried.

import { randomBytes } from 'node:crypto';
import type { LocalAuth } from './nats-login.ts';
import { keepOperator } from './operator.ts';

export type AuthWish =
  | { readonly kind: 'token' }
  | { readonly kind: 'operator' }
  | { readonly kind: 'user'; readonly user: string; readonly password: string };

/** @throws Error that says what there is */
export function parseAuth(text: string): AuthWish {
  if (text === 'token' || text === 'operator') return { kind: text };
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1)
    throw new Error('it is "token", "operator", or a user and a password as user:password');
  return { kind: 'user', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** @param folder where an operator's keys are kept, for the next time */
export async function localAuth(wish: AuthWish, folder: string): Promise<LocalAuth> {
  if (wish.kind === 'operator') return keepOperator(folder);
  if (wish.kind === 'user') {
    const { user, password } = wish;
    return { secrets: { NATS_USER: user, NATS_PASSWORD: password }, login: { user, password } };
  }
  const token = randomBytes(24).toString('base64url');
  return { secrets: { NATS_TOKEN: token }, login: { token } };
}
