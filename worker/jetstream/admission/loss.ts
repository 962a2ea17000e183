// No server holds the streams any more: how that goes on, and what came of it. Pure.

import type { AdmissionRecord, KnownStream, Loss, Restored } from './record.ts';
import { NEW_RECORD } from './record.ts';

/** How many streams are named. */
const NAMED_MAX = 3;

/** The first few of them by name, and how many more there are. */
export function namesOf(
  streams: readonly KnownStream[],
  nameOf = ({ account, stream }: KnownStream) => `${stream} of ${account}`,
): string {
  const more = streams.length > NAMED_MAX ? ` and ${streams.length - NAMED_MAX} more` : '';
  return `${streams.slice(0, NAMED_MAX).map(nameOf).join(', ')}${more}`;
}

/** What an operator can do while the loss waits. */
const GIVE_UP = 'give them up with "npm run regions -- jetstream accept-loss"';

/** What a waiting loss waits for. */
export function waitsFor({ unreadable }: Pick<Loss, 'unreadable'>): string {
  return unreadable === undefined
    ? `bring a backup, or ${GIVE_UP}`
    : `whether there are backups is unknown, and looked for again every 30 s (${unreadable})`;
}

export function lossText({ streams, unsaved, ...loss }: Loss): string {
  const filled = (unsaved ?? streams).filter(({ messages }) => messages > 0);
  const named = namesOf(filled, ({ account, stream, messages }) => {
    return `${stream} of ${account} (${messages} messages)`;
  });
  const others = unsaved === undefined ? 0 : streams.length - unsaved.length;
  const saved =
    others === 0 ? '' : ` (${others === 1 ? 'another one is' : `${others} others are`} restored after that)`;
  const what = unsaved === undefined ? 'no server is left that holds' : 'neither a server nor a backup has';
  return `${what} ${named}: ${waitsFor(loss)}${saved}`;
}

/** The servers start anew, all of them empty. @param restored whether streams are to be restored before clients come */
export function beginAgain({ loss }: AdmissionRecord, restored: boolean): AdmissionRecord {
  if (!restored || loss === undefined) return NEW_RECORD;
  const { unsaved: _, unreadable: _why, ...rest } = loss;
  return { ...NEW_RECORD, loss: { ...rest, phase: 'forming' } };
}

/**
 * It cannot be restored: an operator has to decide.
 *
 * @param known the streams that no backup has, or why the backups can't be read
 */
export function awaitOperator(
  record: AdmissionRecord,
  known: Required<Pick<Loss, 'unsaved'>> | Required<Pick<Loss, 'unreadable'>>,
): AdmissionRecord {
  if (record.loss === undefined) return record;
  const { unsaved: _before, unreadable: _why, ...loss } = record.loss;
  return { ...record, loss: { ...loss, ...known, phase: 'waiting' } };
}

/** What was to be restored has been, or is given up; of a loss that is not over yet it is kept what is missing. */
export function afterRestore(
  { loss, ...record }: AdmissionRecord,
  { missing, failures }: Pick<Restored, 'missing' | 'failures'>,
): AdmissionRecord {
  if (loss === undefined || missing.length === 0) return record;
  return { ...record, loss: { ...loss, phase: 'incomplete', failed: { missing, failures } } };
}

/** Whether an operator can give up what is lost. */
export function isToAccept({ loss }: AdmissionRecord): boolean {
  return loss?.phase === 'waiting' || loss?.phase === 'incomplete';
}

/** The streams that an operator who accepts this loss gives up. Those that a backup may have come back from it, if it has. */
export function givenUpBy({ streams, unsaved, failed }: Loss): readonly KnownStream[] {
  return failed?.missing ?? unsaved ?? streams;
}

/** What is missing is given up. The servers run, and hold what could be restored. */
export function giveUpMissing({ loss, ...record }: AdmissionRecord): AdmissionRecord {
  const { restored } = record;
  const givenUp = (loss?.failed?.missing ?? []).map(
    ({ account, stream, messages }) => `stream ${stream} of ${account} (${messages} messages) was given up`,
  );
  if (restored === undefined || givenUp.length === 0) return record;
  const problems = [...restored.problems, ...restored.failures, ...givenUp];
  return { ...record, restored: { ...restored, problems, failures: [], missing: [] } };
}

/** A loss is tried again until all is back: what earlier tries have brought back, or lost, stays. */
export function afterTry(before: Restored | undefined, now: Restored): Restored {
  if (before === undefined || before.missing.length === 0) return now;
  return {
    ...now,
    streams: before.streams + now.streams,
    problems: [...before.problems, ...now.problems.filter((problem) => !before.problems.includes(problem))],
  };
}
