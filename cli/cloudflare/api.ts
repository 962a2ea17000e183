// Cloudflare's API, for every command that asks it: how it is reached, what is tried again, how pages become one list, and that a token
// is never repeated, neither by Cloudflare's words nor by those of `fetch`. What an answer means, its callers decide.

import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { CommandError, EXIT } from '../exit.ts';

/** What wrangler reads too (CLOUDFLARE_API_BASE_URL). */
const API = 'https://api.cloudflare.com/client/v4';

const TIMEOUT_MS = 30_000;

/** Before each further try of what only reads. */
const PAUSES_MS = [200, 800];
/** A longer Retry-After is no pause but a refusal. */
const MAX_PAUSE_MS = 10_000;

/** Too many calls, or something between Cloudflare and its API. A 500 is an answer. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const PAGE_SIZE = 50;
/** More than any account has; an API that repeats itself ends there. */
const MAX_PAGES = 100;

const AnswerSchema = v.object({
  result: v.unknown(),
  result_info: v.optional(v.object({ total_pages: v.optional(v.number(), 1) })),
});

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ApiOptions {
  /** Default: Cloudflare's own address. */
  readonly base?: string | undefined;
  /** Id of the account; empty if it is not known. */
  readonly account: string;
  readonly token: string;
  readonly timeoutMs?: number;
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** Undefined if the answer is not of the form that Cloudflare's have. */
  readonly result: unknown;
}

export class CloudflareApi {
  readonly account: string;
  readonly #base: string;
  readonly #token: string;
  readonly #timeoutMs: number;

  constructor({ base, account, token, timeoutMs = TIMEOUT_MS }: ApiOptions) {
    this.#base = (base || API).replace(/\/+$/, '');
    this.account = account.trim();
    this.#token = token.trim();
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Asks, and returns what was answered, whatever it is. What only reads is tried again if that may help.
   *
   * @throws CommandError if nobody answers
   */
  async ask(path: string, call: ApiCall = {}): Promise<Response> {
    const pauses = (call.method ?? 'GET') === 'GET' ? PAUSES_MS : [];
    for (const pauseMs of pauses) {
      const response = await this.#fetch(path, call);
      const wantedMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      if (!PASSING.has(response.status) || !(wantedMs <= MAX_PAUSE_MS)) return response;
      await response.body?.cancel();
      await sleep(Math.max(pauseMs, wantedMs));
    }
    return this.#fetch(path, call);
  }

  async get(path: string): Promise<ApiAnswer> {
    const { status, result } = await this.#page(path);
    return { status, result };
  }

  /** A list that comes in pages, as one. The first answer that is no list is the answer. */
  async all(path: string): Promise<ApiAnswer> {
    const found: unknown[] = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const query = `${path.includes('?') ? '&' : '?'}per_page=${PAGE_SIZE}&page=${page}`;
      const { status, result, pages } = await this.#page(path + query);
      if (!Array.isArray(result)) return { status, result };
      found.push(...result);
      if (page >= pages) break;
    }
    return { status: 200, result: found };
  }

  /** Text of somebody else, without the token. */
  redacted(text: string): string {
    return this.#token === '' ? text : text.replaceAll(this.#token, '[token]');
  }

  async #page(path: string): Promise<ApiAnswer & { readonly pages: number }> {
    const response = await this.ask(path);
    const body: unknown = await response.json().catch(() => undefined);
    const answer = v.safeParse(AnswerSchema, body);
    const { status } = response;
    if (!answer.success) return { status, result: undefined, pages: 1 };
    return { status, result: answer.output.result, pages: answer.output.result_info?.total_pages ?? 1 };
  }

  async #fetch(path: string, { method = 'GET', body }: ApiCall): Promise<Response> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      return await fetch(this.#base + path, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, ...json },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#timeoutMs),
        // The token is for this address alone.
        redirect: 'error',
      });
    } catch (error) {
      // `fetch` repeats a header that it does not take, so its error is no cause to pass on.
      const why = this.redacted(error instanceof Error ? error.message : String(error));
      throw new CommandError(
        EXIT.noServer,
        `Cloudflare: its API did not answer (${why}): check the network, and the form of CLOUDFLARE_API_TOKEN.`,
        { details: { code: 'cloudflare_no_answer' } },
      );
    }
  }
}

/** Undefined without a token or an account. */
export function cloudflareApi(env: Environment): CloudflareApi | undefined {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = env;
  if (!token || !account) return undefined;
  return new CloudflareApi({ base: env.CLOUDFLARE_API_BASE_URL, account, token });
}
