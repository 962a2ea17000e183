// `secrets rotate NAME`: sets a second value beside the one that is in use. Both are valid then.

import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import type { RotatedSecret } from '../../api/rotated-secrets.ts';
import type { Secrets, SecretValue } from '../../api/secrets.ts';
import type { AdminClient } from '../admin-client.ts';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { openClient } from '../live.ts';
import { say } from '../wrap.ts';
import { applySecrets, type Target, targetOf, targetText, untilServed } from './apply.ts';
import { nameOf, rotatedSecret, secretIn } from './find-secret.ts';
import { freePlace, newValue } from './new-value.ts';
import { linesOf } from './out-lines.ts';
import { type Beginning, beginning, checkUnchanged, replacedProblems } from './rotation.ts';
import { isUntouched } from './wrangler-secrets.ts';

const RANDOM_BYTES = 32;

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly user?: string;
  readonly from?: string;
  readonly out?: string;
  readonly env?: string;
  readonly worker?: string;
  readonly again?: true;
  readonly force?: true;
  readonly dryRun?: true;
}

/** Makes the subcommand. */
export function rotateCommand(): Command {
  return withConnection(new Command('rotate'))
    .description('set a new value beside the one in use: both are valid until `finish`')
    .argument('<name>', 'such as NATS_TOKEN or MERIDIAN_ADMIN_TOKEN')
    .option(
      '--user <name>',
      'of NATS clients: the new user (default: the next of the old one, such as ann.2)',
    )
    .option('--from <file>', 'take the new value from a file, or from - (default: a random one)')
    .option(
      '--out <file>',
      'write the new value to a new file that only you can read, in place of showing it',
    )
    .option('--env <name>', 'for wrangler: an environment of wrangler.toml')
    .option(
      '--worker <name>',
      "for wrangler: wrangler.toml's Worker, where the edge's address is no route of it",
    )
    .option('--again', 'a rotation is half finished: replace its new value, which was lost')
    .option(
      '--force',
      'even if somebody already uses the new value that is replaced, or MQTT clients use the token',
    )
    .option('--dry-run', 'only show what would be set')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print what was set, with the new value unless --out has it')
    .action(async (asked: string, options: Options) => {
      const rotated = rotatedSecret(asked);
      const client = await openClient(options);
      const found = await client.secrets();
      const begun = beginning(found, rotated, options.again === true);
      const place = freePlace(rotated, begun.old);
      if (!options.force) {
        if (begun.replaced !== undefined)
          checkReplaced(begun.replaced, replacedProblems(found, rotated, begun.replaced));
        await checkMqtt(client, begun, place[0]);
      }
      const target = await targetOf(client, options);
      const given = options.from === undefined ? undefined : await valueFrom(options.from);
      const wish = { user: options.user, given, users: clientUsers(found) };
      const values = newValue(place, begun.old, wish, () => randomBytes(RANDOM_BYTES).toString('hex'));
      const plan = planOf(rotated, begun, Object.keys(values), target);
      if (options.dryRun) return options.json ? print(plan) : say(planText(plan));
      if (!options.json) console.error(planText(plan));
      await confirm('Set it?', options);
      await set(client, { rotated, found, target, old: begun.old, values, options });
      const shown = options.out === undefined ? { values } : { out: options.out };
      if (options.json) print({ ...plan, ...shown });
      else say(doneText(rotated, nameOf(begun.old), options.out));
    });
}

interface Setting {
  readonly rotated: RotatedSecret;
  /** What was decided by. */
  readonly found: Secrets;
  readonly target: Target;
  readonly old: SecretValue;
  readonly values: Readonly<Record<string, string>>;
  readonly options: Options;
}

/** The value is in the file, or shown, before it is valid: it would be lost otherwise, as when this is interrupted. */
async function set(
  client: AdminClient,
  { rotated, found, target, old, values, options: { out, json } }: Setting,
): Promise<void> {
  // Whoever was asked may have taken a while to answer.
  checkUnchanged(found, await client.secrets(), rotated);
  const before = secretIn(found, rotated).values.map(({ id }) => id);
  if (out !== undefined) await writeOut(out, linesOf(values));
  else if (!json) say(`The new value, which is not shown again:\n${linesOf(values)}`);
  const [first = ''] = Object.keys(values);
  const keep = () => {
    if (out !== undefined) console.error(`${out} stays: its value may be valid.`);
    else if (json) console.error(`The new value, which may be valid:\n${linesOf(values)}`);
  };
  try {
    await interruptible(async () => {
      await applySecrets(target, values, old.secrets);
      await untilServed(client, (served) =>
        secretIn(served, rotated).values.some(
          (value) => nameOf(value) === first && !before.includes(value.id),
        ),
      );
    }, keep);
  } catch (error) {
    if (!isUntouched(error)) keep();
    else if (out !== undefined) await rm(out, { force: true });
    throw error;
  }
}

function checkReplaced(replaced: SecretValue, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new CommandError(
    EXIT.refused,
    `${problems.join('; ')}: who has ${nameOf(replaced)} would be refused when it is replaced. --force does it all the same.`,
    { details: { code: 'in_use', problems } },
  );
}

async function checkMqtt(client: AdminClient, { old }: Beginning, place: string): Promise<void> {
  if (nameOf(old) !== 'NATS_TOKEN' || !(await client.config()).config.doors.mqtt) return;
  throw new CommandError(
    EXIT.refused,
    `MQTT is on, and nats-server does not take the token from MQTT clients while ${place} is beside it: they would be refused. If none signs in with the token, --force.`,
    { details: { code: 'mqtt' } },
  );
}

/** Undefined if clients sign in with a token, or not as users. */
function clientUsers({ secrets }: Secrets): readonly string[] | undefined {
  const values = secrets.find(({ name }) => name === 'NATS_USER')?.values ?? [];
  const isToken = values.some((value) => nameOf(value) === 'NATS_TOKEN');
  return isToken || values.length === 0 ? undefined : values.flatMap(({ names }) => names);
}

async function valueFrom(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.usage, `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function writeOut(file: string, lines: string): Promise<void> {
  try {
    await writeFile(file, lines, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is there already' : (cause as Error).message;
    throw new CommandError(EXIT.usage, `Nothing was changed: ${file} cannot be written: ${why}.`, { cause });
  }
}

interface Plan {
  readonly secret: string;
  readonly old: string;
  readonly set: readonly string[];
  readonly replaces: boolean;
  readonly at: string;
}

function planOf(
  { name }: RotatedSecret,
  { old, replaced }: Beginning,
  set: readonly string[],
  at: Target,
): Plan {
  return { secret: name, old: nameOf(old), set, replaces: replaced !== undefined, at: targetText(at) };
}

function planText({ old, set, replaces, at }: Plan): string {
  const how = replaces ? 'set anew' : 'set';
  return `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} ${how} in ${at}; ${old} stays valid beside it.`;
}

function doneText({ name }: RotatedSecret, old: string, out: string | undefined): string {
  const where = out === undefined ? '' : `The new value is in ${out}.\n`;
  const restart = name.startsWith('NATS_')
    ? 'Servers take what they were started with: `npm run regions -- restart`, and only then give the new value to clients.'
    : 'Give it to all who have the old one.';
  return `${where}${restart} Until \`secrets finish ${old}\` both are valid; \`secrets status\` says who still uses the old one.`;
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
