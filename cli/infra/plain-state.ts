// The state as plain text, for a moment and in memory: OpenTofu takes a state in (`state push`) only so, and encrypts it when
// it writes it. `push` checks lineage and serial while it holds the lock, so nothing newer or of another lineage is overwritten.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { CommandError, EXIT } from '../exit.ts';
import { LOCK_KEY } from './lock-text.ts';
import { runProgramOf } from './run-program.ts';
import { checkRun, runIn, type Session } from './session.ts';
import { STATE_KEY } from './settings.ts';
import type { StateBucket } from './state-bucket.ts';
import { readStateText } from './state-text.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ResourcesSchema = v.object({
  resources: v.optional(
    v.array(
      v.object({ module: v.optional(v.string()), mode: v.string(), type: v.string(), name: v.string() }),
    ),
    [],
  ),
});

/** The state as it is stored; undefined if there is none. */
export async function storedState({
  bucket,
  settings: { folder },
}: Session): Promise<Uint8Array | undefined> {
  if (bucket !== undefined) return bucket.read(STATE_KEY);
  return readFile(join(folder, STATE_KEY)).catch(() => undefined);
}

/** @throws CommandError if it cannot be decrypted */
export async function decrypted(session: Session, stored: Uint8Array): Promise<string> {
  const text = new TextDecoder().decode(stored);
  if (readStateText(text)?.encrypted === false) return text;
  if (session.program.name === 'Terraform')
    throw new CommandError(
      EXIT.refused,
      'The state is encrypted, and Terraform cannot read it: leave --tofu out, to have OpenTofu.',
    );
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'state'));
  const inside = join(folder.path, 'state');
  const encryption = await readFile(join(session.settings.folder, 'encryption.tofu'));
  await writeFile(join(inside, 'encryption.tofu'), encryption);
  await writeFile(join(inside, 'terraform.tfstate'), stored);
  const { program, env } = session;
  const result = await runProgramOf({ program, folder: inside, env, args: ['state', 'pull'] });
  if (result.code !== 0) console.error(result.err.trim());
  checkRun(session, 'reading the state', result);
  return result.out;
}

/** Stores a state that is plain text where the state is now. @throws CommandError if it is refused */
export async function pushState(session: Session, text: string): Promise<void> {
  const result = await runIn(session, ['state', 'push', '-'], { input: text, quiet: true });
  if (result.code !== 0) console.error(result.err.trim());
  checkRun(session, 'writing the state', result);
}

/**
 * Stores a state that is plain text in a bucket that has none: a push would give it another lineage there. It is encrypted
 * in a folder first, where OpenTofu counts the serial on by one.
 *
 * @throws CommandError if there is one by then
 */
export async function storeFirst(session: Session, bucket: StateBucket, text: string): Promise<void> {
  await checkNotHeld(bucket);
  const bytes = await encrypted(session, text);
  // Nothing at all, as an upload that failed may leave.
  if ((await bucket.read(STATE_KEY))?.byteLength === 0) await bucket.delete(STATE_KEY);
  const answer = await bucket.putNew(STATE_KEY, bytes);
  if (answer.status === 200) return;
  if (answer.status !== 412) throw bucket.refused(answer);
  throw new CommandError(
    EXIT.conflict,
    `The bucket ${bucket.name} has a ${STATE_KEY} that is no state or was just written, and nothing was overwritten: look at it first.`,
    { details: { code: 'there_already' } },
  );
}

/** @throws CommandError if somebody holds the state */
export async function checkNotHeld(bucket: StateBucket): Promise<void> {
  if ((await bucket.read(LOCK_KEY)) === undefined) return;
  throw new CommandError(
    EXIT.conflict,
    'Somebody else holds the state, though there is none yet, and nothing was written: npm run infra -- doctor says who it is.',
    { details: { code: 'locked' } },
  );
}

async function encrypted(session: Session, text: string): Promise<Uint8Array> {
  if (session.program.name === 'Terraform') return new TextEncoder().encode(text);
  await using folder = await temporaryFolder();
  const encryption = await readFile(join(session.settings.folder, 'encryption.tofu'));
  await writeFile(join(folder.path, 'encryption.tofu'), encryption);
  const state = v.parse(v.looseObject({ serial: v.number() }), JSON.parse(text));
  const { program, env } = session;
  const input = JSON.stringify({ ...state, serial: Math.max(0, state.serial - 1) });
  const result = await runProgramOf({
    program,
    folder: folder.path,
    env,
    args: ['state', 'push', '-'],
    input,
  });
  if (result.code !== 0) console.error(result.err.trim());
  checkRun(session, 'encrypting the state', result);
  return readFile(join(folder.path, 'terraform.tfstate'));
}

/** What a state has, as `tofu state list` names it. */
export function resourcesIn(text: string): readonly string[] {
  const { resources } = v.parse(ResourcesSchema, JSON.parse(text));
  return resources.map(({ module, mode, type, name }) =>
    [...(module === undefined ? [] : [module]), ...(mode === 'data' ? ['data'] : []), type, name].join('.'),
  );
}
