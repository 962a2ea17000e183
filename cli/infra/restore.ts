// `infra restore N`: makes an earlier state the current one. It gets a new serial, so that nobody takes it for the older; the
// one that it replaces is kept. Resources are not touched: the next plan says what of them differs.

import { Command } from 'commander';
import { confirm } from '../confirm.ts';
import { CommandError, EXIT } from '../exit.ts';
import { say } from '../wrap.ts';
import { chooseCopy, SHORT_HASH_CHARACTERS } from './copy-name.ts';
import { bucketWithHistory } from './history-command.ts';
import { bucketFindings, checkFindings } from './inspect-state.ts';
import { keepCopy, listCopies } from './keep-copy.ts';
import { checkNotHeld, decrypted, pushState, resourcesIn, storeFirst } from './plain-state.ts';
import { checkInitialized, openSession, type Session } from './session.ts';
import { setAside } from './set-aside.ts';
import { type InfraOptions, STATE_KEY, settingsOf, withInfra } from './settings.ts';
import type { StateBucket } from './state-bucket.ts';
import { readStateText } from './state-text.ts';

interface Options extends InfraOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function restoreCommand(): Command {
  return withInfra(new Command('restore'))
    .description(
      'make an earlier state the current one; what it replaces is kept, and no resource is touched',
    )
    .argument('<copy>', 'its serial, as `history` shows it, or with the beginning of its hash: 12-3fa9')
    .option('--dry-run', 'only show what would be restored')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON')
    .action(async (named: string, { dryRun, yes, json, ...options }: Options) => {
      const settings = settingsOf(options, process.env);
      const bucket = await bucketWithHistory(settings);
      const session = await openSession(settings, json);
      await checkInitialized(session);
      checkFindings(await bucketFindings(bucket), 'Nothing was restored');
      const current = await keepCopy(bucket);
      const copy = chooseCopy(await listCopies(bucket), named);
      const stored = await copyIn(bucket, copy.key);
      checkLineage(stored.lineage, current?.lineage);
      const text = await decrypted(session, stored.bytes);
      // Later than all that there were, or OpenTofu would not take it in.
      const serial = Math.max(current?.serial ?? 0, copy.serial) + 1;
      const before =
        current === undefined ? [] : resourcesIn(await decrypted(session, await stateIn(bucket)));
      const after = resourcesIn(text);
      const change = {
        restored: copy.key,
        from: current?.serial ?? null,
        forgotten: before.filter((each) => !after.includes(each)),
        known: after.filter((each) => !before.includes(each)),
      };
      if (json && dryRun) console.log(JSON.stringify({ dryRun: true, ...change }, null, 2));
      if (!json) say(changeText(change, copy.sha256.slice(0, SHORT_HASH_CHARACTERS)));
      if (dryRun) return;
      await confirm(`Restore state ${copy.serial}?`, { ...(yes && { yes }) });
      const restored = JSON.stringify({ ...(JSON.parse(text) as object), serial });
      const broken = current === undefined ? await storeInItsPlace(session, bucket, restored) : undefined;
      if (current !== undefined) await pushState(session, restored);
      const kept = await keepCopy(bucket);
      if (json)
        console.log(
          JSON.stringify(
            {
              ...{ dryRun: false, ...change, serial: kept?.serial ?? null, copy: kept?.copy.key ?? null },
              broken: broken ?? null,
            },
            null,
            2,
          ),
        );
      else
        say(
          `State ${copy.serial} is the current one again, as ${kept?.serial}.${broken === undefined ? '' : ` What was in its place, and is no state, is kept as ${broken}.`} Next: npm run infra -- plan.`,
        );
    });
}

/** @returns where that is kept which was in the place of the state and is none */
async function storeInItsPlace(
  session: Session,
  bucket: StateBucket,
  text: string,
): Promise<string | undefined> {
  await checkNotHeld(bucket);
  const broken = await setAside(bucket);
  await storeFirst(session, bucket, text);
  return broken;
}

async function copyIn(bucket: StateBucket, key: string) {
  const bytes = await bucket.read(key);
  const facts = bytes && readStateText(new TextDecoder().decode(bytes));
  if (bytes === undefined || facts === undefined)
    throw new CommandError(EXIT.refused, `${key} is no state: it cannot be restored.`);
  return { bytes, ...facts };
}

async function stateIn(bucket: StateBucket): Promise<Uint8Array> {
  return (await bucket.read(STATE_KEY)) ?? new Uint8Array();
}

function checkLineage(ofCopy: string, current: string | undefined): void {
  if (current === undefined || ofCopy === current) return;
  throw new CommandError(
    EXIT.conflict,
    `That copy is of another lineage (${ofCopy}) than the state (${current}), and nothing was restored: it belongs to other resources.`,
    { details: { code: 'other_lineage', lineage: ofCopy } },
  );
}

interface Change {
  readonly from: number | null;
  readonly forgotten: readonly string[];
  readonly known: readonly string[];
}

function changeText({ from, forgotten, known }: Change, hash: string): string {
  return [
    `Would replace state ${from ?? '(none)'} by the copy ${hash}, as a new one.`,
    ...forgotten.map((each) => `  forgets  ${each}, which stays where it is`),
    ...known.map((each) => `  knows again  ${each}`),
    ...(forgotten.length + known.length === 0
      ? ['  It has the same resources; their values may differ.']
      : []),
  ].join('\n');
}
