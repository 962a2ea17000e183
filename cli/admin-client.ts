// The HTTP API of an edge, typed. Every way in which a request can fail becomes a CommandError that says what
// happened, the likely fix, and the exit code.

import type {
  ApiProblem,
  Audit,
  DryRun,
  ErrorDetails,
  History,
  LiveConfig,
  OperationResult,
  Published,
  RegionViews,
  RouteView,
} from '../api/types.ts';
import type { MeridianConfig } from '../regions/config.ts';
import { describeChange } from '../regions/edits/describe-change.ts';
import type { Change } from '../regions/edits/diff.ts';
import type { Connection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './printable.ts';

/** Longer than an edge takes that replays its traffic for a forecast; shorter than people wait. */
const REQUEST_TIMEOUT_MS = 20_000;

export type Operation = 'drain' | 'undrain' | 'wake' | 'stop';

export interface Page {
  readonly before?: number;
  readonly limit?: number;
}

export interface Edit {
  /** The version that was looked at; the edge refuses if there is a newer one. */
  readonly base: number;
  readonly config: MeridianConfig;
  readonly message: string;
  readonly force?: boolean;
}

export interface Rollback {
  readonly version: number;
  readonly base: number;
  readonly message?: string;
  readonly force?: boolean;
}

export interface OperateOptions {
  /** The version that was looked at, for a drain and its way back; the edge refuses if there is a newer one. */
  readonly base?: number;
  readonly force?: true | undefined;
}

interface ApiError extends ErrorDetails {
  readonly code: string;
  readonly message: string;
}

export class AdminClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get connection(): Connection {
    return this.#connection;
  }

  regions(): Promise<RegionViews> {
    return this.#get('/api/regions');
  }

  route(): Promise<RouteView> {
    return this.#get('/api/route');
  }

  config(): Promise<LiveConfig> {
    return this.#get('/api/config');
  }

  /** An old version; undefined where the edge keeps it no more or shows the current one only. */
  async configOf(version: number): Promise<LiveConfig | undefined> {
    const found = await this.#get<LiveConfig>(`/api/config?version=${version}`);
    return found.version === version ? found : undefined;
  }

  dryRun(config: MeridianConfig): Promise<DryRun> {
    return this.#send('POST', '/api/config/dry-run', { config });
  }

  put(edit: Edit): Promise<Published> {
    return this.#send('PUT', '/api/config', edit);
  }

  rollback(rollback: Rollback): Promise<Published> {
    return this.#send('POST', '/api/config/rollback', rollback);
  }

  history(page: Page): Promise<History> {
    return this.#get(`/api/config/history${queryOf({ ...page })}`);
  }

  audit(page: Page): Promise<Audit> {
    return this.#get(`/api/audit${queryOf({ ...page })}`);
  }

  operate(id: string, operation: Operation, options: OperateOptions = {}): Promise<OperationResult> {
    const path = `/api/regions/${encodeURIComponent(id)}/${operation}${queryOf({ ...options })}`;
    return this.#request(path, { method: 'POST' });
  }

  #get<T>(path: string): Promise<T> {
    return this.#request(path, { method: 'GET' });
  }

  #send<T>(method: string, path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.#request(path, { method, headers, body: JSON.stringify(body) });
  }

  async #request<T>(path: string, init: RequestInit & { method: string }): Promise<T> {
    const { url, token } = this.#connection;
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    let response: Response;
    let text: string;
    try {
      // A redirect is Cloudflare Access asking for a login: nothing that a command could follow.
      response = await fetch(new URL(path, url), { ...init, headers, signal, redirect: 'manual' });
      text = await response.text();
    } catch (cause) {
      throw noAnswer(this.#connection, init.method, path, cause);
    }
    const answer = parseJson(text);
    if (response.ok && answer !== undefined) return answer as T;
    throw errorOf(this.#connection, response.status, errorIn(answer));
  }
}

function queryOf(parameters: Readonly<Record<string, number | true | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A proxy's page, or no edge at all: errorOf says so.
  }
}

function errorIn(answer: unknown): ApiError | undefined {
  const error = (answer as { error?: Partial<ApiError> } | null | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string'
    ? (error as ApiError)
    : undefined;
}

function noAnswer({ url }: Connection, method: string, path: string, cause: unknown): CommandError {
  const isLate = (cause as Error).name === 'TimeoutError';
  const { code, message } = ((cause as Error).cause ?? cause) as { code?: string; message?: string };
  const why = isLate
    ? `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`
    : (code ?? message ?? 'no connection');
  // The request may have arrived, and only the answer been lost.
  const isUnclear = method !== 'GET' && !path.endsWith('/dry-run') && code !== 'ECONNREFUSED';
  const fix = isUnclear
    ? 'It is not known whether the change was made: see `regions history`.'
    : 'Start the local stack with `npm start`, or name another edge with --url or MERIDIAN_URL.';
  const details = { code: 'no_server', isLate, mayHaveHappened: isUnclear };
  return new CommandError(EXIT.noServer, `No server at ${url.origin} (${why}). ${fix}`, { details, cause });
}

/** The one place that turns the API's errors into words and exit codes. */
function errorOf(connection: Connection, status: number, error: ApiError | undefined): CommandError {
  const { origin } = connection.url;
  const end = (exitCode: (typeof EXIT)[keyof typeof EXIT], message: string): CommandError =>
    new CommandError(exitCode, message, { details: { status, ...(error ?? { code: 'no_answer' }) } });
  const detail = printable(error?.message ?? 'it does not say why.');
  if (status >= 300 && status < 400) {
    return end(
      EXIT.notAuthorized,
      `${origin} asks for a login in a browser (${status}). Cloudflare Access protects it: let the admin token past it, or take another --url.`,
    );
  }
  if (status === 401) return end(EXIT.notAuthorized, notAuthorized(connection));
  if (status === 403) {
    const why = error?.code === 'read_only' ? 'this token may read but not change anything.' : detail;
    return end(EXIT.notAuthorized, `${origin} refuses: ${why}`);
  }
  if (status === 413) return end(EXIT.refused, 'The configuration is too large: 256 KiB is the most.');
  if (status === 429) return end(EXIT.refused, `${origin} refuses: too many requests. Wait a minute.`);
  if (error === undefined) {
    return status === 404 || (status >= 200 && status < 300)
      ? end(EXIT.noServer, `${origin} answers, but is not Meridian (${status}). Check --url.`)
      : end(EXIT.noServer, `${origin} failed (${status}, with nothing that explains it). Look at its log.`);
  }
  switch (error.code) {
    case 'conflict':
      return end(EXIT.conflict, conflict(error));
    case 'invalid':
      return end(EXIT.refused, `The configuration is not valid:${problemLines(error.problems)}`);
    case 'needs_deploy':
      return end(EXIT.needsDeploy, needsDeploy(error.changes ?? []));
    case 'last_region':
      return end(
        EXIT.refused,
        'Refused: no region would take new clients. Enable or undrain another one first; --force does it all the same.',
      );
    case 'no_such_version':
      return end(
        EXIT.refused,
        'There is no such version: the last 100 are kept. `regions history` lists them.',
      );
    case 'no_such_region':
      return end(EXIT.refused, `${printable(error.message)}. \`regions list\` shows those there are.`);
    case 'admin_off':
    case 'not_found':
      return end(
        EXIT.noServer,
        `${origin} has no admin API. Admin is off until a token or Cloudflare Access is configured.`,
      );
    default:
      return end(
        status >= 500 ? EXIT.noServer : EXIT.refused,
        `${origin} refuses (${status} ${printable(error.code)}): ${printable(error.message)}`,
      );
  }
}

function notAuthorized({ url, token, note }: Connection): string {
  if (token !== undefined) {
    return `${url.origin} does not know this token. Check --token and MERIDIAN_TOKEN; the local stack makes a new one at each start.`;
  }
  const reason = note === undefined ? '' : ` ${note}`;
  return `${url.origin} wants a token, and there is none.${reason} Give it as MERIDIAN_TOKEN or --token.`;
}

function conflict({ current, versions = [], changes = [] }: ApiError): string {
  const who = versions.map(
    ({ version, author, message }) => `\n  version ${version} by ${printable(author)}: ${printable(message)}`,
  );
  const what = changes.map((change) => `\n  ${printable(describeChange(change))}`);
  const now = current === undefined ? '' : ` (it is now at version ${current})`;
  const changed = what.length === 0 ? '' : `\nWhat changed:${what.join('')}`;
  return `Not done: somebody else changed the configuration in between${now}.${who.join('')}${changed}\nLook at \`regions diff\`, then try again.`;
}

/** What to do about changes that cannot go live. */
export function needsDeploy(changes: readonly Change[], start = 'Not done'): string {
  const what = changes.map((change) => `\n  ${printable(describeChange(change))}`).join('');
  return `${start}: this needs a deploy.${what}\nPut it into regions/regions.json, then run \`npm run regions -- sync\` and \`npm run deploy\`.`;
}

function problemLines(problems: readonly ApiProblem[] = []): string {
  return problems
    .map(({ path, message }) => {
      // The message may begin with the path already.
      const text = path === '' || message.startsWith(path) ? message : `${path}: ${message}`;
      return `\n  ${printable(text)}`;
    })
    .join('');
}
