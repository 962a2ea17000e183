// Cloudflare's API, as far as `doctor` asks it what the token may do and whose a name is. It reads only.

import * as v from 'valibot';
import { CommandError, EXIT } from '../exit.ts';
import type { Environment } from './settings.ts';

/** What wrangler reads too (CLOUDFLARE_API_BASE_URL). */
const API = 'https://api.cloudflare.com/client/v4';

const TIMEOUT_MS = 30_000;

const AnswerSchema = v.object({ result: v.unknown() });

export interface ApiAnswer {
  readonly status: number;
  readonly result: unknown;
}

export class CloudflareApi {
  readonly account: string;
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, account: string, token: string) {
    this.#base = base.replace(/\/+$/, '');
    this.account = account;
    this.#token = token;
  }

  async get(path: string): Promise<ApiAnswer> {
    try {
      const response = await fetch(`${this.#base}${path}`, {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      const body: unknown = await response.json().catch(() => undefined);
      return { status: response.status, result: v.is(AnswerSchema, body) ? body.result : undefined };
    } catch (cause) {
      throw new CommandError(
        EXIT.noServer,
        `Cloudflare's API does not answer (${cause instanceof Error ? cause.message : cause}): check the network.`,
        { cause },
      );
    }
  }
}

/** Undefined without a token or an account. */
export function cloudflareApi(env: Environment): CloudflareApi | undefined {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = env;
  if (!token || !account) return undefined;
  return new CloudflareApi(env.CLOUDFLARE_API_BASE_URL || API, account.trim(), token.trim());
}
