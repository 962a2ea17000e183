// `infra migrate`: moves the state from the folder into the bucket, or back. Serial and lineage stay, and nothing of another
// lineage or newer is overwritten. What was moved stays where it was, out of the way.

import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { confirm } from '../confirm.ts';
import { CommandError, EXIT } from '../exit.ts';
import { toItsEnd } from '../interrupt.ts';
import { say } from '../wrap.ts';
import { initialize, useBucket, useFolder } from './init.ts';
import { bucketFindings, checkFindings } from './inspect-state.ts';
import { keepCopy } from './keep-copy.ts';
import { decrypted, pushState, storedState, storeFirst } from './plain-state.ts';
import { checkRun, openSession, type Session } from './session.ts';
import { type InfraOptions, type Settings, STATE_KEY, settingsOf, withInfra } from './settings.ts';
import { readStateText, type StateFacts } from './state-text.ts';

type Place = 'r2' | 'local';

interface How {
  readonly to: Place;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

type Options = InfraOptions & How;

export function migrateCommand(): Command {
  return withInfra(new Command('migrate'))
    .description('move the state from the folder to the bucket, or back; serial and lineage stay')
    .addOption(new Option('--to <place>', 'where to').choices(['r2', 'local']).default('r2'))
    .option('--dry-run', 'only show what would be moved')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .action(async ({ to, dryRun, yes, json, ...options }: Options) => {
      const settings = settingsOf(options, process.env);
      const source = await openSession(settings, json);
      const isInFolder = source.bucket === undefined;
      if (isInFolder === (to === 'local'))
        throw new CommandError(
          EXIT.refused,
          `The state is ${isInFolder ? 'in this folder' : `in the bucket ${settings.bucket}`} already.`,
          {
            details: { code: 'there_already' },
          },
        );
      const stored = await storedState(source);
      const facts = stored && readStateText(new TextDecoder().decode(stored));
      if (stored === undefined || facts === undefined)
        throw new CommandError(
          EXIT.refused,
          `There is no state ${isInFolder ? 'in this folder' : 'in the bucket'} to move: npm run infra -- init${isInFolder ? '' : ' --local'} begins a new one.`,
          {
            details: { code: 'no_state' },
          },
        );
      const text = await decrypted(source, stored);
      await moveTo(source, text, facts, { dryRun, yes, json, to });
    });
}

function usePlace(settings: Settings, place: Place): Promise<void> {
  return place === 'local' ? useFolder(settings) : useBucket(settings);
}

/** Until the question is answered nothing is set up otherwise: whatever ends this command then leaves all as it was. */
async function moveTo(
  source: Session,
  text: string,
  facts: StateFacts,
  { dryRun, yes, json, to }: How,
): Promise<void> {
  const target = await openSession(source.settings, json, to === 'local');
  const { bucket } = target;
  if (bucket !== undefined) checkFindings(await bucketFindings(bucket), 'Nothing was moved');
  const there = await factsOf(target);
  checkTarget(there, facts);
  const place = placeOf(target);
  const words = `state ${facts.serial} of ${facts.lineage} to ${place}`;
  if (dryRun) {
    if (json) console.log(JSON.stringify({ dryRun: true, to, ...pick(facts) }, null, 2));
    else say(`Would move ${words}.`);
    return;
  }
  await confirm(`Move ${words}?`, { ...(yes && { yes }) });
  const now = await toItsEnd(async () => {
    try {
      await usePlace(target.settings, to);
      return await carryOut(target, text, facts, there);
    } catch (error) {
      await usePlace(source.settings, to === 'r2' ? 'local' : 'r2');
      await initialize(source, ['-reconfigure']);
      throw error;
    }
  });
  const kept = bucket && (await keepCopy(bucket));
  if (json)
    console.log(JSON.stringify({ dryRun: false, to, ...pick(now), copy: kept?.copy.key ?? null }, null, 2));
  else say(`Moved ${words}.`);
}

/** @returns what is there now */
async function carryOut(
  target: Session,
  text: string,
  facts: StateFacts,
  there: StateFacts | undefined,
): Promise<StateFacts> {
  const { bucket, settings } = target;
  if (bucket !== undefined) await keepCopy(bucket);
  checkRun(target, 'init', await initialize(target, ['-reconfigure']));
  // OpenTofu, which encrypts, cannot read one that is not: its copy is kept.
  const isPlain = there?.encrypted === false && target.program.name === 'OpenTofu';
  if (isPlain) await bucket?.delete(STATE_KEY);
  const before = isPlain ? undefined : there;
  if (before?.serial !== facts.serial) await write(target, text, facts, before);
  const now = await factsOf(target);
  if (now === undefined || now.serial < facts.serial || now.lineage !== facts.lineage)
    throw new CommandError(
      EXIT.unknown,
      `The state in ${placeOf(target)} is not the one that was moved (${now?.serial} of ${now?.lineage}): somebody else writes there.`,
    );
  if (bucket !== undefined)
    await rename(
      join(settings.folder, STATE_KEY),
      join(settings.folder, `${STATE_KEY}.${facts.serial}.moved`),
    );
  return now;
}

const placeOf = ({ bucket }: Session) => (bucket === undefined ? 'this folder' : `the bucket ${bucket.name}`);

const pick = ({ serial, lineage }: StateFacts) => ({ serial, lineage });

async function factsOf(session: Session): Promise<StateFacts | undefined> {
  const stored = await storedState(session);
  return stored && readStateText(new TextDecoder().decode(stored));
}

/**
 * Writes it so that its serial stays. OpenTofu writes the next one into a folder, and over another state; Terraform does it
 * otherwise. So it is given the one before first, where that is possible.
 */
async function write(
  target: Session,
  text: string,
  { serial }: StateFacts,
  there: StateFacts | undefined,
): Promise<void> {
  if (target.bucket !== undefined && there === undefined) return storeFirst(target, target.bucket, text);
  const isPossible = serial > 0 && serial - 1 > (there?.serial ?? -1);
  for (const given of isPossible ? [serial - 1, serial] : [serial]) {
    await pushState(target, JSON.stringify({ ...(JSON.parse(text) as object), serial: given }));
    if ((await factsOf(target))?.serial === serial) return;
  }
}

/** @throws CommandError if what is there is not an earlier one of the same state */
function checkTarget(there: StateFacts | undefined, { serial, lineage }: StateFacts): void {
  if (there === undefined) return;
  if (there.lineage !== lineage)
    throw new CommandError(
      EXIT.conflict,
      `There is a state of another lineage (${there.lineage}, serial ${there.serial}), and nothing was moved: it belongs to other resources. Choose another bucket, or see whose it is.`,
      { details: { code: 'other_lineage', lineage: there.lineage } },
    );
  if (there.serial > serial)
    throw new CommandError(
      EXIT.conflict,
      `There is a newer state of the same lineage (serial ${there.serial}, and ${serial} was to be moved), and nothing was moved.`,
      { details: { code: 'newer', serial: there.serial } },
    );
}
