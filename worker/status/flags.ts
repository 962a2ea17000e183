// `GET /api/flags`: feature flags for this request, or for the client that its parameters describe.

import type { FlagsAnswer } from '../../api/flags.ts';
import { BUILT_IN_FLAGS } from '../../regions/built-in-flags.ts';
import { didYouMean } from '../../regions/did-you-mean.ts';
import { evaluateFlag, type Flags } from '../../routing/flags.ts';
import { quote } from '../../routing/notes.ts';
import { activeConfig, refreshConfig } from '../config/active-config.ts';
import { flagClientOf } from '../connect/flag-client.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';

/** Longer than addresses, ids and most things that a client is known by. */
const MOST_CLIENT_CHARACTERS = 200;

/** The parameters, with the form that each has to have: a value that is none would only look like a flag that is off. */
const FORMS = {
  flag: [/^/, ''],
  colo: [/^[A-Z]{3}$/, 'the code of a data center in capitals, such as SYD'],
  country: [/^([A-Z]{2}|T1)$/, 'the ISO 3166 code of a country in capitals, such as AU'],
  client: [
    new RegExp(`^.{1,${MOST_CLIENT_CHARACTERS}}$`, 'su'),
    `of 1 to ${MOST_CLIENT_CHARACTERS} characters`,
  ],
} as const;

type Parameter = keyof typeof FORMS;

export async function flags(request: Request, edge: EdgeContext): Promise<Response> {
  const { plan, version } = await newest(edge);
  const query = new URL(request.url).searchParams;
  const wrong = problemOf(query);
  if (wrong !== undefined) return errorResponse('bad_request', wrong);
  const asked = query.get('flag');
  const names = namesOf(plan.flags);
  if (asked !== null && !names.includes(asked))
    return errorResponse('no_such_flag', noSuchFlag(asked, names));
  const of = (name: Parameter) => query.get(name) ?? undefined;
  const isElsewhere = query.has('colo') || query.has('country');
  const client = flagClientOf(
    {
      cf: isElsewhere ? { colo: of('colo'), country: of('country') } : request.cf,
      client: of('client') ?? request.headers.get('cf-connecting-ip') ?? undefined,
      headers: request.headers,
    },
    plan,
  );
  const evaluated = (asked === null ? names : [asked]).flatMap((flag) => {
    const found = evaluateFlag(plan.flags, flag, client);
    if (found === undefined) return [];
    const { value, reason, why } = found;
    return [{ flag, value, variant: value ? ('on' as const) : ('off' as const), reason, why }];
  });
  const { colo = null, country, key } = client;
  return Response.json({ version, client: { colo, country, key }, flags: evaluated } satisfies FlagsAnswer);
}

/** An isolate that has just begun knows only what was deployed: a flag that is off by now would be on. */
async function newest(edge: EdgeContext): Promise<Pick<EdgeContext, 'plan' | 'version'>> {
  await refreshConfig(edge.env);
  const now = activeConfig(edge.env);
  return now.version > edge.version ? now : edge;
}

/** Those of the configuration, and Meridian's own. */
function namesOf(configured: Flags): readonly string[] {
  return [...new Set([...configured.keys(), ...Object.keys(BUILT_IN_FLAGS)])].sort();
}

/** What is wrong with the parameters; undefined if nothing is. */
function problemOf(query: URLSearchParams): string | undefined {
  for (const name of query.keys()) {
    if (!Object.hasOwn(FORMS, name)) {
      return `there is no parameter ${quote(name)}: it takes ${Object.keys(FORMS).join(', ')}`;
    }
  }
  for (const [name, [pattern, form]] of Object.entries(FORMS)) {
    const values = query.getAll(name);
    if (values.length > 1) return `${name} is given ${values.length} times: give it once`;
    const [value] = values;
    if (value !== undefined && !pattern.test(value))
      return `${name} should be ${form}, but is ${quote(value)}`;
  }
  return undefined;
}

function noSuchFlag(name: string, names: readonly string[]): string {
  const near = didYouMean(name.slice(0, MOST_CLIENT_CHARACTERS), names);
  const hint = near === undefined ? `GET /api/flags has those that there are` : `did you mean "${near}"?`;
  return `there is no flag ${quote(name)}: ${hint}`;
}
