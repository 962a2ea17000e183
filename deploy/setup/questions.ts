// Asks for what the options of the command leave open. What there is now is what Enter takes. Ctrl-C ends it at once: nothing is
// written before the last question.

import { confirm, isCancel, log, multiselect, select, text } from '@clack/prompts';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import type { Answers } from './answers.ts';
import type { Deployed } from './deployed.ts';
import { domainProblem } from './domain.ts';
import { PLACES } from './places.ts';

/** JetStream elects leaders by a majority. */
const LEAST_JETSTREAM = 3;

/** Questions and what people read beside them are on stderr: stdout is for `--json`. */
export const ON_STDERR = { output: process.stderr };

export interface Now {
  readonly config: MeridianConfig;
  readonly domain: string | null;
  /** Whether the file of secrets is there. */
  readonly hasSecrets: boolean;
  /** What options say stays as it is: it is not asked again. */
  readonly kept: { readonly clients: boolean; readonly operators: boolean };
  /** The secrets at the edge, which Cloudflare is asked for meanwhile. */
  readonly deployed: Promise<Deployed>;
}

/** @returns what was given and what was answered, and what is deployed. @throws CommandError at Ctrl-C */
export async function askRest(
  given: Answers,
  now: Now,
): Promise<{ readonly answers: Answers; readonly deployed: Deployed }> {
  const own = ownRegions(now.config);
  const regions =
    given.regions ??
    (await askRegions(
      own.map(({ id }) => id),
      now.config,
    ));
  const has = (field: 'jetstream' | 'keepAwake', absent: boolean) =>
    regions.filter((id) => own.find((each) => each.id === id)?.[field] ?? absent);
  const jetstream = given.jetstream ?? (await askJetStream(regions, has('jetstream', false)));
  const awake = given.awake ?? (await askAwake(regions, jetstream, has('keepAwake', true)));
  const domain = given.domain === undefined ? await askDomain(now.domain) : given.domain;
  const asksClients = given.clients === undefined && !now.kept.clients;
  const asksOperators = given.operators === undefined && !now.kept.operators;
  const asksOfSecrets = asksClients || asksOperators;
  const deployed =
    asksOfSecrets && !now.hasSecrets ? await deployedOrAsk(await now.deployed) : await now.deployed;
  const keeps = now.hasSecrets || deployed === 'unknown' || (deployed !== 'none' && deployed.length > 0);
  const clients = asksClients ? await askClients(keeps) : (given.clients ?? 'keep');
  const operators = asksOperators ? await askOperators(keeps) : (given.operators ?? 'keep');
  const answers = {
    ...{ regions, jetstream, awake, domain },
    ...(clients !== 'keep' && { clients }),
    ...(operators !== 'keep' && { operators }),
  };
  return { answers, deployed };
}

/** @throws CommandError unless it is yes */
export async function askWhetherToWrite(files: readonly string[]): Promise<void> {
  const message = `Write ${files.join(', ')}?`;
  if (!answered(await confirm({ ...ON_STDERR, message }))) throw notWritten();
}

function askRegions(present: readonly string[], { regions }: MeridianConfig): Promise<readonly string[]> {
  const names = new Map([...PLACES, ...regions].map(({ id, name }) => [id, name]));
  const ids = [...new Set([...present, ...PLACES.map(({ id }) => id)])];
  const options = ids.map((id) => ({ value: id, label: `${id}: ${names.get(id) ?? id}` }));
  return choose('Which regions? Space chooses, Enter goes on.', options, present, true);
}

async function askJetStream(
  regions: readonly string[],
  present: readonly string[],
): Promise<readonly string[]> {
  if (regions.length < LEAST_JETSTREAM) return [];
  const options = regions.map((value) => ({ value }));
  for (;;) {
    const chosen = await choose(
      'JetStream in which? Three or more, or none; an odd number.',
      options,
      present,
    );
    if (chosen.length === 0 || chosen.length >= LEAST_JETSTREAM) return chosen;
    log.warn(
      `${chosen.length} cannot elect a leader when one of them is gone: choose three, or none.`,
      ON_STDERR,
    );
  }
}

async function askAwake(
  regions: readonly string[],
  jetstream: readonly string[],
  present: readonly string[],
): Promise<readonly string[]> {
  const others = regions.filter((id) => !jetstream.includes(id));
  if (others.length === 0) return jetstream;
  const chosen = await choose(
    'Which never sleep? Each costs while it runs; one that sleeps starts with its first client.',
    others.map((value) => ({ value })),
    present.filter((id) => others.includes(id)),
  );
  return [...jetstream, ...chosen];
}

async function askDomain(present: string | null): Promise<string | null> {
  const answer = await text({
    ...ON_STDERR,
    message: 'A domain of a zone in your account? Empty: the address at workers.dev.',
    placeholder: 'nats.example.com',
    initialValue: present ?? '',
    validate: (value = '') => (value === '' ? undefined : domainProblem(value)),
  });
  return answered(answer) || null;
}

/** Secrets that clients and operators have already are kept unless somebody says otherwise. */
async function deployedOrAsk(deployed: Deployed): Promise<Deployed> {
  if (deployed !== 'unknown') return deployed;
  const message =
    'Is this edge deployed already? Nobody is signed in to ask Cloudflare (npx wrangler login). Yes keeps the secrets that it has.';
  return answered(await confirm({ ...ON_STDERR, message, initialValue: true })) ? 'unknown' : 'none';
}

async function askClients(keeps: boolean): Promise<'token' | 'password' | 'keep'> {
  const answer = await select<'token' | 'password' | 'keep'>({
    ...ON_STDERR,
    message: 'What do clients sign in with?',
    initialValue: keeps ? 'keep' : 'token',
    options: [
      { value: 'token', label: 'a token', hint: 'made here' },
      { value: 'password', label: 'a user and a password', hint: 'made here' },
      {
        value: 'keep',
        label: 'as it is',
        hint: 'also for an operator: docs/deploying.md, step 7',
      },
    ],
  });
  return answered(answer);
}

async function askOperators(keeps: boolean): Promise<'keep' | NonNullable<Answers['operators']>> {
  const how = answered(
    await select<'tokens' | 'access' | 'keep'>({
      ...ON_STDERR,
      message: 'What do operators sign in with?',
      initialValue: keeps ? 'keep' : 'tokens',
      options: [
        { value: 'tokens', label: 'tokens', hint: 'one to edit, one to read, made here' },
        { value: 'access', label: 'Cloudflare Access', hint: 'an application of yours: docs/security.md' },
        { value: 'keep', label: 'as it is', hint: 'what is deployed stays' },
      ],
    }),
  );
  if (how !== 'access') return how;
  const team = await askLike(
    'Its team domain, such as example.cloudflareaccess.com?',
    /^[a-z0-9-]+\.cloudflareaccess\.com$/,
  );
  const tag = 'Its application audience (AUD) tag, 64 hexadecimal digits?';
  return { team, audience: await askLike(tag, /^[0-9a-f]{64}$/) };
}

/** What the configuration would refuse at the end is asked again at once. */
async function askLike(message: string, pattern: RegExp): Promise<string> {
  const validate = (value = '') =>
    pattern.test(value.trim()) ? undefined : 'It is not like that. Ctrl-C ends this, and writes nothing.';
  return answered(await text({ ...ON_STDERR, message, validate })).trim();
}

async function choose(
  message: string,
  options: { value: string; label?: string; hint?: string }[],
  present: readonly string[],
  required = false,
): Promise<readonly string[]> {
  const initialValues = [...present];
  return answered(await multiselect<string>({ ...ON_STDERR, message, options, initialValues, required }));
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw notWritten();
  return answer as Exclude<T, symbol>;
}

function notWritten(): CommandError {
  return new CommandError(EXIT.refused, 'Nothing was written.');
}
