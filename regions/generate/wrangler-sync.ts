// Rewrites the regions' part of wrangler.toml, between its two marker lines, and nothing else.
//
// Bindings and containers are generated from scratch each time. Migrations are history: existing ones are kept
// unchanged, and whatever has changed since them is appended as a new one. All migrations of the Worker are in this
// part, at its end, because wrangler applies those after the last tag it has applied: one inserted before that tag would
// never run.

import { parse } from 'smol-toml';
import { type MeridianConfig, ownRegions, type RegionConfig } from '../config.ts';
import { ROLLOUT_GRACE_SECONDS } from '../deploy-turns.ts';
import { hostsOf } from '../hints.ts';
import { bindingNameOf, classNameOf, instanceNameOf } from '../names.ts';
import { appendMigration, type ClassChange, readMigrations } from './migrations.ts';

const BEGIN = '# >>> regions';
const END = '# <<< regions';
const FIRST_MIGRATION = /^\[\[migrations\]\]/m;

/** Why wrangler.toml, or what is generated from it, cannot be written. */
export class WranglerSyncError extends Error {
  override readonly name = 'WranglerSyncError';
}

/** The rewritten file, and the migration that had to be added, if any. */
export interface WranglerSync {
  readonly text: string;
  readonly added: ClassChange | undefined;
}

/** Brings the text of wrangler.toml in line with the regions. Throws a WranglerSyncError if it cannot. */
export function syncWranglerToml(current: string, config: MeridianConfig): WranglerSync {
  const { before, inside, after } = splitAtMarkers(current);
  if (FIRST_MIGRATION.test(before) || FIRST_MIGRATION.test(after)) {
    throw new WranglerSyncError(
      `wrangler.toml has [[migrations]] outside the markers, so one that is added later could come before one that is already applied, and would never run. Move them between the markers, directly above "${END}".`,
    );
  }
  const start = inside.search(FIRST_MIGRATION);
  const kept = start === -1 ? '' : inside.slice(start).trim();
  const history = asSyncError(() => readMigrations(parse(kept)));
  const classes = ownRegions(config).map(({ id }) => classNameOf(id));
  const { text: migrations, added } = appendMigration(kept, history, classes);
  const text = `${before}${[HEAD, ...ownRegions(config).map(regionText), sessionsText(config), MIGRATIONS_HEAD + migrations].join('\n')}${after}`;
  asSyncError(() => parse(text));
  return { text, added };
}

const HEAD = `# Written from regions/regions.json by \`npm run regions -- sync\`. One class and one container per region, because
# an entry's constraints are what places a container. One instance each, so a rollout has a single step.
# A deploy with a new image terminates all containers at once, except those that run for less than the grace period;
# the image lets JetStream's go one after the other (docs/operations.md).
`;

const MIGRATIONS_HEAD = `# Migrations of all classes, in the order of their tags. Sync adds regions-1, -2, ... and keeps the rest as it is;
# those of other classes go at the end of this list too.
`;

function regionText({ id, name, hint, placement, instanceType, jetstream, members }: RegionConfig): string {
  return `# ${id}: ${name}. Objects with the hint ${hint} run in ${hostsOf(hint).join(', ')}.
[[durable_objects.bindings]]
name = "${bindingNameOf(id)}"
class_name = "${classNameOf(id)}"

[[containers]]
name = "${instanceNameOf(id)}"
class_name = "${classNameOf(id)}"
image = "./container/Dockerfile"
instance_type = ${instanceTypeText(instanceType)}
max_instances = ${members?.max ?? 1}
rollout_step_percentage = 100
${jetstream ? `rollout_active_grace_period = ${ROLLOUT_GRACE_SECONDS}\n` : ''}constraints = { regions = [${placement.map((place) => `"${place}"`).join(', ')}] }
`;
}

function sessionsText({ sessions }: MeridianConfig): string {
  return `# Sessions: a server each, one object each, as many as sessions.most. None of them runs before it is asked for. A
# container starts near its object.
[[durable_objects.bindings]]
name = "SESSION_SERVER"
class_name = "SessionServer"

[[containers]]
name = "session-server"
class_name = "SessionServer"
image = "./container/Dockerfile"
instance_type = "${sessions.instanceType}"
max_instances = ${sessions.most}
rollout_step_percentage = 100
`;
}

function instanceTypeText(instance: RegionConfig['instanceType']): string {
  if (typeof instance === 'string') return `"${instance}"`;
  return `{ vcpu = ${instance.vcpu}, memory_mib = ${instance.memoryMib}, disk_mb = ${instance.diskMb} }`;
}

function splitAtMarkers(text: string): { before: string; inside: string; after: string } {
  const begin = lineOf(text, BEGIN);
  const end = lineOf(text, END);
  if (begin.from > end.from)
    throw new WranglerSyncError(`wrangler.toml has "${END}" before "${BEGIN}": swap them.`);
  return {
    before: text.slice(0, begin.to),
    inside: text.slice(begin.to, end.from),
    after: text.slice(end.from),
  };
}

// `to` is after the line break, so that the part between the markers starts on a line of its own.
function lineOf(text: string, marker: string): { from: number; to: number } {
  const found = [...text.matchAll(new RegExp(`^${marker}.*(?:\\n|$)`, 'gm'))];
  const [line] = found;
  if (line === undefined || found.length > 1) {
    throw new WranglerSyncError(
      `wrangler.toml should have one line that starts with "${marker}", but has ${found.length}: mark the regions' part with "${BEGIN}" and "${END}".`,
    );
  }
  return { from: line.index, to: line.index + line[0].length };
}

function asSyncError<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WranglerSyncError(`wrangler would not accept wrangler.toml: ${reason}`, { cause });
  }
}
