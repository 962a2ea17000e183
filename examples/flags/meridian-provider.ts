// Meridian's feature flags for programs that use OpenFeature: a provider over GET /api/flags. One call evaluates all flags of
// a client, and its answer is good for a while; when the edge does not answer, the last one is, with the reason STALE.

import {
  type EvaluationContext,
  FlagNotFoundError,
  GeneralError,
  InvalidContextError,
  type Provider,
  type ResolutionDetails,
  TargetingKeyMissingError,
  TypeMismatchError,
} from '@openfeature/server-sdk'; // npm install @openfeature/server-sdk @openfeature/core

interface Answer {
  readonly version: number;
  readonly flags: readonly { flag: string; value: boolean; variant: string; reason: string; why: string }[];
  readonly isStale?: true;
}

interface Known {
  readonly until: number;
  readonly answer: Promise<Answer>;
}

const TIMEOUT_MS = 2_000;

/** Of how many clients the answers are kept. */
const MOST_KNOWN = 1_000;

/** Of a client of whom it is not said. Without it the edge would take the place of the program that asks. */
const UNKNOWN_COUNTRY = 'XX';

/** What a context may say as a header, as flags of Meridian may ask for it. */
const HEADER = /^(x-[a-z0-9-]+|origin|user-agent)$/;

export class MeridianProvider implements Provider {
  readonly metadata = { name: 'meridian' } as const;
  readonly runsOn = 'server';
  readonly #url: URL;
  readonly #keepMs: number;
  /** Oldest first. */
  readonly #known = new Map<string, Known>();

  /** @param keepMs for how long an answer is good; an edit takes up to a minute to reach every data center anyway */
  constructor(url: string | URL, { keepMs = 5_000 } = {}) {
    this.#url = new URL('/api/flags', url);
    this.#keepMs = keepMs;
  }

  async resolveBooleanEvaluation(name: string, _byDefault: boolean, context: EvaluationContext) {
    const { flags, version, isStale } = await this.#answerFor(context);
    const found = flags.find(({ flag }) => flag === name);
    if (found === undefined)
      throw new FlagNotFoundError(`the edge at ${this.#url.host} has no flag "${name}"`);
    const { value, variant, reason, why } = found;
    // Drawn by the address of the program that asks, it would be the same for all of its users.
    if (reason === 'SPLIT' && !context.targetingKey)
      throw new TargetingKeyMissingError(`the flag "${name}" is for a percentage: it needs a targetingKey`);
    return { value, variant, reason: isStale ? 'STALE' : reason, flagMetadata: { version, why } };
  }

  resolveStringEvaluation = (name: string) => onlyBoolean<string>(name);
  resolveNumberEvaluation = (name: string) => onlyBoolean<number>(name);
  resolveObjectEvaluation = <T>(name: string) => onlyBoolean<T>(name);

  /** The `targetingKey` draws percentages; `country`, `colo` and headers say what else the flags ask for. */
  #answerFor({ targetingKey, ...said }: EvaluationContext): Promise<Answer> {
    const named = Object.entries(said).map(([name, value]) => [name.toLowerCase(), value]);
    const texts = Object.entries({
      country: UNKNOWN_COUNTRY,
      ...Object.fromEntries(named),
      client: targetingKey,
    })
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
      .map(([name, value]): [string, string] => [name, String(value)]);
    const query = new URLSearchParams(texts.filter(([name]) => ['client', 'country', 'colo'].includes(name)));
    const headers = texts.filter(([name]) => HEADER.test(name));
    const key = JSON.stringify([query.toString(), headers]);
    const known = this.#known.get(key);
    if (known !== undefined && Date.now() < known.until) return known.answer;
    const answer = this.#ask(query, headers).catch((error: unknown) => lastOf(known, error));
    answer.catch(() => {}); // Who waits for it is told.
    this.#known.delete(key);
    this.#known.set(key, { until: Date.now() + this.#keepMs, answer });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return answer;
  }

  async #ask(query: URLSearchParams, headers: [string, string][]): Promise<Answer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.#url}?${query}`, { headers, signal });
    if (response.ok) return (await response.json()) as Answer;
    const text = `${this.#url.host} answered ${response.status}: ${await response.text()}`;
    throw response.status === 400 ? new InvalidContextError(text) : new GeneralError(text);
  }
}

/** What was known before, as long as it is no mistake of the caller that there is nothing newer. */
async function lastOf(known: Known | undefined, error: unknown): Promise<Answer> {
  if (known === undefined || error instanceof InvalidContextError) throw error;
  return { ...(await known.answer), isStale: true };
}

async function onlyBoolean<T>(name: string): Promise<ResolutionDetails<T>> {
  throw new TypeMismatchError(`Meridian's flags are true or false: ask for "${name}" as a boolean`);
}
