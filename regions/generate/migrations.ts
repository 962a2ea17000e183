// The Durable Object migrations of wrangler.toml: which classes exist after them, and the migration that must be added
// to arrive at the regions' classes.

import * as v from 'valibot';

/** What one new migration does. */
export interface ClassChange {
  readonly tag: string;
  readonly created: readonly string[];
  /** Deploying deletes these classes' objects with everything they store. */
  readonly deleted: readonly string[];
}

const Names = v.optional(v.array(v.string()), []);
const Moves = v.optional(v.array(v.object({ from: v.string(), to: v.string() })), []);
const MigrationSchema = v.object({
  tag: v.string(),
  new_classes: Names,
  new_sqlite_classes: Names,
  deleted_classes: Names,
  renamed_classes: Moves,
  transferred_classes: Moves,
});
const FileSchema = v.object({ migrations: v.optional(v.array(MigrationSchema), []) });

type Migration = v.InferOutput<typeof MigrationSchema>;

/** The migrations of a parsed wrangler.toml. Throws a ValiError if wrangler would not accept them. */
export function readMigrations(toml: unknown): readonly Migration[] {
  return v.parse(FileSchema, toml).migrations;
}

const REGIONS_TAG = /^regions-([0-9]+)$/;

/** Appends the migration that is missing to arrive at `classes`, if any, to the text of the migrations. */
export function appendMigration(
  text: string,
  history: readonly Migration[],
  classes: readonly string[],
): { text: string; added: ClassChange | undefined } {
  const { existing, ofRegions } = replay(history);
  const created = classes.filter((name) => !existing.has(name));
  const deleted = [...ofRegions].filter((name) => existing.has(name) && !classes.includes(name));
  if (created.length === 0 && deleted.length === 0)
    return { text: text === '' ? '' : `${text}\n`, added: undefined };
  const added = { tag: nextTag(history), created, deleted };
  return { text: `${text === '' ? '' : `${text}\n\n`}${migrationText(added)}`, added };
}

// Only classes that a regions-N migration created are ever deleted: the others are not regions.
function replay(history: readonly Migration[]): { existing: Set<string>; ofRegions: Set<string> } {
  const existing = new Set<string>();
  const ofRegions = new Set<string>();
  for (const migration of history) {
    const moves = [...migration.renamed_classes, ...migration.transferred_classes];
    const made = [...migration.new_classes, ...migration.new_sqlite_classes];
    for (const name of [...migration.deleted_classes, ...migration.renamed_classes.map(({ from }) => from)]) {
      existing.delete(name);
    }
    for (const name of [...made, ...moves.map(({ to }) => to)]) existing.add(name);
    if (REGIONS_TAG.test(migration.tag)) for (const name of made) ofRegions.add(name);
  }
  return { existing, ofRegions };
}

function nextTag(history: readonly Migration[]): string {
  const numbers = history.map(({ tag }) => Number(REGIONS_TAG.exec(tag)?.[1] ?? 0));
  return `regions-${Math.max(0, ...numbers) + 1}`;
}

function migrationText({ tag, created, deleted }: ClassChange): string {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const lines = ['[[migrations]]', `tag = "${tag}"`];
  if (created.length > 0) lines.push(`new_sqlite_classes = [${quoted(created)}]`);
  if (deleted.length > 0) lines.push(`deleted_classes = [${quoted(deleted)}]`);
  return `${lines.join('\n')}\n`;
}
