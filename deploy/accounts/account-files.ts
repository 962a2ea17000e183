// What an account should be, as files: account.json, users.json and streams/*.json, the last as `nats stream add --config`
// takes them. All that is wrong with them is said at once.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { CommandError, EXIT } from '../../cli/exit.ts';

/** -1 is any number. */
const Limit = v.pipe(v.number(), v.integer(), v.minValue(-1));
const Text = v.pipe(v.string(), v.nonEmpty());
const Name = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'should be letters, digits, _ and -, at most 64'));
const Subjects = v.array(v.pipe(v.string(), v.regex(/^\S+$/, 'should be a subject')));

const Exchange = { name: Text, subject: Text, type: v.picklist(['stream', 'service']) };

const LimitsSchema = v.strictObject({
  ...{ conn: Limit, leaf: Limit, subs: Limit, data: Limit, payload: Limit, imports: Limit, exports: Limit },
  wildcards: v.boolean(),
  ...{ mem_storage: Limit, disk_storage: Limit, streams: Limit, consumer: Limit },
});

export const AccountSchema = v.strictObject({
  name: Name,
  description: v.optional(Text),
  limits: LimitsSchema,
  exports: v.optional(v.array(v.strictObject(Exchange))),
  imports: v.optional(v.array(v.strictObject({ ...Exchange, account: Text, to: v.optional(Text) }))),
});

const Permission = v.optional(v.strictObject({ allow: v.optional(Subjects), deny: v.optional(Subjects) }));

const ConnectionTypes = v.picklist([
  ...(['STANDARD', 'WEBSOCKET', 'LEAFNODE', 'LEAFNODE_WS', 'MQTT', 'MQTT_WS'] as const),
]);

const UsersSchema = v.array(
  v.strictObject({
    name: Name,
    publish: Permission,
    subscribe: Permission,
    connections: v.optional(v.array(ConnectionTypes)),
  }),
);

/** The rest of a stream is the server's to check. */
const StreamSchema = v.looseObject({
  name: v.pipe(v.string(), v.regex(/^[^\s.*>/\\]+$/, "should have no blank, '.', '*', '>' or slash")),
  subjects: v.optional(Subjects),
});

export type AccountFile = v.InferOutput<typeof AccountSchema>;
export type UserFile = v.InferOutput<typeof UsersSchema>[number];
export type StreamFile = v.InferOutput<typeof StreamSchema>;

export interface AccountFiles {
  readonly account: AccountFile;
  readonly users: readonly UserFile[];
  readonly streams: readonly StreamFile[];
}

/** @throws CommandError with every problem of every file */
export async function readAccountFiles(folder: string): Promise<AccountFiles> {
  const problems: string[] = [];
  const read = <T>(file: string, schema: v.GenericSchema<unknown, T>) =>
    readJson(folder, file, schema, problems);
  const account = await read('account.json', AccountSchema);
  const users = (await read('users.json', UsersSchema)) ?? [];
  const streams: StreamFile[] = [];
  for (const file of await streamFiles(folder, problems)) {
    const stream = await read(file, StreamSchema);
    if (stream !== undefined) streams.push(stream);
  }
  problems.push(...repeated('user', users), ...repeated('stream', streams));
  if (problems.length === 0 && account !== undefined) return { account, users, streams };
  throw new CommandError(EXIT.refused, `Synadia: files are not valid:\n  ${problems.join('\n  ')}`, {
    details: { code: 'invalid_files', platform: 'synadia', problems },
  });
}

async function streamFiles(folder: string, problems: string[]): Promise<readonly string[]> {
  try {
    const names = await readdir(join(folder, 'streams'));
    return names
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => `streams/${name}`);
  } catch (error) {
    problems.push(`streams/: ${(error as Error).message}`);
    return [];
  }
}

async function readJson<T>(
  folder: string,
  file: string,
  schema: v.GenericSchema<unknown, T>,
  problems: string[],
): Promise<T | undefined> {
  try {
    const result = v.safeParse(schema, JSON.parse(await readFile(join(folder, file), 'utf8')));
    if (result.success) return result.output;
    problems.push(...result.issues.map((issue) => `${file}: ${v.getDotPath(issue) ?? ''} ${issue.message}`));
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`);
  }
  return undefined;
}

function repeated(what: string, named: readonly { readonly name: string }[]): readonly string[] {
  const names = named.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `${what} ${name} is there twice`);
}
