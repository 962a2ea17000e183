// What a data center concludes from an attempt to hand a client over. What a region's object says is fact: its state,
// and whom it refuses and why. That it was slow, or that the connection was lost, is a guess at its health. Pure.

import type { SeenState } from '../../api/states.ts';
import {
  type ColoRecord,
  withDoubt,
  withFailure,
  withRefusal,
  withState,
  withSuccess,
} from './colo-record.ts';
import type { Lesson } from './hand-off.ts';
import { CLIENT_REFUSED } from './region-answer.ts';

/** The state of a region that refuses a client with this code. */
const STATE_BY_CODE: Readonly<Partial<Record<string, SeenState>>> = {
  asleep: 'asleep',
  starting: 'starting',
  restarting: 'down',
  draining: 'draining',
  waiting: 'waiting',
};

/** Refusals of one client, which say nothing about the next; or of a leaf node or an MQTT client, which say nothing about others. */
const ABOUT_THE_CLIENT: ReadonlySet<string> = new Set([
  ...['residency', 'rate_limited', 'sign_ins_failed'],
  'door_refused',
]);

export function afterLesson(record: ColoRecord, lesson: Lesson, now: number): ColoRecord {
  const { region } = lesson;
  switch (lesson.kind) {
    case 'taken':
      return withSuccess(record, region, lesson.hasStarted ? 0 : lesson.ms);
    case 'failed':
      return withFailure(record, region, { startedAt: lesson.startedAt, costMs: lesson.ms }, now);
    case 'refused':
      return afterRefusal(record, region, lesson.code, now);
  }
}

function afterRefusal(record: ColoRecord, region: string, code: string, now: number): ColoRecord {
  if (ABOUT_THE_CLIENT.has(code)) return record;
  if (code === CLIENT_REFUSED) return withDoubt(record, region, now);
  const state = STATE_BY_CODE[code];
  return state === undefined ? withRefusal(record, region, now) : withState(record, region, state, now);
}
