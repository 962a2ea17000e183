// Edits of the target that a script makes while it runs. It takes them back itself, unless its k6 is killed: then this
// command does, which outlives k6 and has the token too.

import type { ApiClient } from '../../api/client.ts';
import { EXIT as CLI_EXIT, CommandError } from '../../cli/exit.ts';
import { TimeoutError, withTimeout } from '../../waiting/with-timeout.ts';

/** Of one field of a region, as the script says before it makes it. */
export interface TargetEdit {
  readonly region: string;
  readonly field: string;
  readonly set: Value;
  readonly was: Value;
}

type Value = boolean | number | undefined;

/** What became of the edits that k6 left. */
export interface TakenBack {
  /** Edits that this command has taken back. */
  readonly taken: readonly TargetEdit[];
  /** Those that may stay, with the reason. */
  readonly left: readonly LeftEdit[];
}

export interface LeftEdit {
  readonly edit: TargetEdit;
  readonly because: string;
}

type Api = Pick<ApiClient, 'config' | 'put' | 'operate'>;

/** Of lib/announce-edit.js. */
const ANNOUNCED = /\bedits the target: ([\w-]+)\.(\w+)=([\w.]+) \(was ([\w.]+)\)/;

/** Somebody else may edit at the same time. */
const ATTEMPTS = 3;

/** An edge that hangs must not hold up the report. */
const WITHIN_MS = 8_000;

export class TargetEdits {
  readonly #edits = new Map<string, TargetEdit>();
  readonly #api: Api | undefined;
  #takenBack: Promise<TakenBack> | undefined;

  /** @param api of the target; undefined where nothing has to be taken back, as the target ends with the run */
  constructor(api: Api | undefined) {
    this.#api = api;
  }

  /** Takes a line that k6 wrote. */
  read(line: string): void {
    const [, region, field, set, was] = ANNOUNCED.exec(line) ?? [];
    if (region === undefined || field === undefined) return;
    const name = `${region}.${field}`;
    // What it was before the first edit is what it should be again.
    const first = this.#edits.get(name);
    const before = first === undefined ? parseValue(was) : first.was;
    this.#edits.set(name, { region, field, set: parseValue(set), was: before });
  }

  /** Once k6 is gone: takes back what it left. Does it once, however often it is called. */
  takeBack(timeoutMs: number = WITHIN_MS): Promise<TakenBack> {
    this.#takenBack ??= this.#takeAllBack(timeoutMs);
    return this.#takenBack;
  }

  async #takeAllBack(timeoutMs: number): Promise<TakenBack> {
    const taken: TargetEdit[] = [];
    const left: LeftEdit[] = [];
    const api = this.#api;
    if (api === undefined) return { taken, left };
    const endsAt = performance.now() + timeoutMs;
    for (const edit of this.#edits.values()) {
      const late = `no answer within ${timeoutMs / 1000} s`;
      try {
        if (await withTimeout(takeOneBack(api, edit), Math.max(0, endsAt - performance.now()), late))
          taken.push(edit);
      } catch (error) {
        const { message } = error as Error;
        left.push({ edit, because: error instanceof TimeoutError ? message : firstLine(message) });
      }
    }
    return { taken, left };
  }
}

/** @returns false where it does not stand, or somebody else has edited the same since */
async function takeOneBack(api: Api, edit: TargetEdit): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { version, config } = await api.config();
    const found = config.regions.find(({ id }) => id === edit.region);
    if (found === undefined) return false;
    const now: unknown = Object.entries(found).find(([field]) => field === edit.field)?.[1];
    if (now === edit.was || now !== edit.set) return false;
    try {
      if (isDrain(edit)) await api.operate(edit.region, 'undrain', { base: version });
      else await api.put({ base: version, config: withField(config, edit), message: messageOf(edit) });
      return true;
    } catch (error) {
      const isConflict = error instanceof CommandError && error.exitCode === CLI_EXIT.conflict;
      if (!isConflict || attempt === ATTEMPTS) throw error;
    }
  }
}

type Config = Awaited<ReturnType<Api['config']>>['config'];

function withField(config: Config, { region, field, was }: TargetEdit): Config {
  const regions = config.regions.map((each) => (each.id === region ? { ...each, [field]: was } : each));
  return { ...config, regions };
}

/** A server that drains is told so too, and has to be told that it does not any more. */
function isDrain({ field, was }: TargetEdit): boolean {
  return field === 'drain' && was === false;
}

function messageOf(edit: TargetEdit): string {
  return `load test: ${nameOf(edit)} back to ${edit.was}, as k6 was gone`;
}

function nameOf({ region, field }: TargetEdit): string {
  return `${region}.${field}`;
}

/** `eeur.drain=true`. */
export function editText(edit: TargetEdit): string {
  return `${nameOf(edit)}=${edit.set}`;
}

/** The command that takes it back. @param url the target's */
export function wayBackText(edit: TargetEdit, url: string): string {
  const [verb, ...rest] = isDrain(edit)
    ? ['undrain', edit.region]
    : ['set', `${nameOf(edit)}=${edit.was ?? ''}`, '--message', '"back from a load test"'];
  return ['npm run regions --', verb, ...rest, '--url', url].join(' ');
}

/** What to tell of them, in sentences without a period. */
export function takenBackNotes({ taken, left }: TakenBack, url: string): readonly string[] {
  return [
    ...taken.map((edit) => `k6 left the target edited (${editText(edit)}): this command has taken that back`),
    ...left.map(
      ({ edit, because }) =>
        `the target may still be edited: ${editText(edit)}, which was ${edit.was}. It could not be taken back (${because}). What takes it back: ${wayBackText(edit, url)}`,
    ),
  ];
}

function parseValue(text: string | undefined): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/\.$/, '');
}
