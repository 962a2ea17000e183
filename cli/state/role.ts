// `regions state role`: which role a store has, and, by hand, which it is to have.

import { Command, Option } from 'commander';
import type { StateBackend } from '../../state/backend.ts';
import { identifyAnew, known } from '../../state/identity.ts';
import { type Role, readRole } from '../../state/role.ts';
import { setRole } from '../../state/set-role.ts';
import { confirm } from '../confirm.ts';
import { say } from '../wrap.ts';
import { onOne, withOneStore } from './stores.ts';

interface Options {
  readonly at: string;
  readonly set?: Role['role'];
  readonly of?: string;
  readonly newId?: true;
  readonly force?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Makes the subcommand. */
export function roleCommand(): Command {
  return withOneStore(new Command('role'))
    .description(
      'show whether a store takes writes, and its id; --set says so by hand, as when the other store is no more',
    )
    .addOption(
      new Option('--set <role>', 'active: it takes the writes; standby: it refuses them').choices([
        'active',
        'standby',
      ]),
    )
    .option('--of <url>', 'the other store (default: the one that its role names)')
    .option('--new-id', 'give it another id: it was copied by other tools, with the id of the one before')
    .option('--force', 'make it take writes although the other store takes them too')
    .option('--dry-run', 'only check whether it could be set')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print its role as JSON')
    .action((options: Options) =>
      onOne({ at: options.at, also: options.of, option: '--of' }, (state, peer) =>
        role(state, peer, options),
      ),
    );
}

async function role(state: StateBackend, peer: StateBackend | undefined, options: Options): Promise<void> {
  const { set, newId, force = false, dryRun, json } = options;
  if (newId && !dryRun) {
    await confirm(`Give ${state.name} another id?`, options);
    await identifyAnew(state);
  }
  if (set !== undefined) {
    await setRole(state, set, { peer, force, dryRun: true });
    if (!dryRun) {
      await confirm(questionOf(state, set), options);
      await setRole(state, set, { peer, force });
    }
  }
  const now = (await readRole(state)).role;
  const { name, id } = await known(state);
  if (json) return console.log(JSON.stringify({ store: name, id: id ?? null, role: now ?? null }, null, 2));
  say(roleText(name, now));
  if (id !== undefined) say(`Its id is ${id}.`);
  if (dryRun) say('Nothing was changed.');
}

function questionOf(state: StateBackend, set: Role['role']): string {
  return set === 'active'
    ? `Make ${state.name} take the writes? If another store takes them too, each will have writes that the other one lacks.`
    : `Make ${state.name} refuse writes?`;
}

function roleText(name: string, now: Role | undefined): string {
  if (now === undefined) return `${name} takes writes: it was never one of two stores.`;
  const verb = now.role === 'active' ? 'takes the writes' : 'takes no writes';
  return `${name} ${verb} since ${now.since}; the other store is ${now.peer}.`;
}
