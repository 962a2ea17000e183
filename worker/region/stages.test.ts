import { describe, expect, test } from 'vitest';
import type { RegionState } from '../../api/states.ts';
import { hasServer, isComingUp, isServing, refusalOf, regionStateOf, type Stage } from './stages.ts';

/** To whoever asks the region; to a client at its door; and to a peer who dials its server. */
type Row = readonly [Stage, RegionState, 'served' | 'waits' | 'refused', 'linked' | 'refused'];

const unanswered = 0;
const isClosing = false;
const isHeld = false;
const begunAt = 1;

const ROWS: readonly Row[] = [
  [{ kind: 'asleep' }, 'asleep', 'served', 'refused'],
  [{ kind: 'drained' }, 'asleep', 'refused', 'refused'],
  [{ kind: 'starting', goal: 'up' }, 'starting', 'waits', 'refused'],
  [{ kind: 'starting', goal: 'drained' }, 'draining', 'refused', 'refused'],
  [{ kind: 'up', isCounting: false, isClosing, isHeld, unanswered }, 'up', 'served', 'linked'],
  [{ kind: 'up', isCounting: true, isClosing, isHeld, unanswered }, 'up', 'served', 'linked'],
  [{ kind: 'up', isCounting: false, isClosing, isHeld, unanswered: 1 }, 'down', 'refused', 'linked'],
  [
    { kind: 'up', isCounting: false, isClosing: true, isHeld: false, unanswered },
    'draining',
    'refused',
    'linked',
  ],
  [{ kind: 'waiting', why: 'others first' }, 'waiting', 'refused', 'refused'],
  [{ kind: 'up', isCounting: false, isClosing, isHeld: true, unanswered }, 'waiting', 'refused', 'linked'],
  [{ kind: 'settling', begunAt, unanswered }, 'draining', 'refused', 'linked'],
  [{ kind: 'lame-duck', begunAt, startAgain: false, unanswered }, 'draining', 'refused', 'linked'],
  [{ kind: 'lame-duck', begunAt, startAgain: true, unanswered }, 'draining', 'refused', 'linked'],
  [{ kind: 'stopping', goal: 'asleep', unanswered }, 'stopping', 'served', 'refused'],
  [{ kind: 'stopping', goal: 'up', unanswered }, 'stopping', 'waits', 'refused'],
  [{ kind: 'stopping', goal: 'drained', unanswered }, 'stopping', 'refused', 'refused'],
  [{ kind: 'down', problem: '', attempt: 0, isStarting: false }, 'down', 'refused', 'refused'],
  [{ kind: 'down', problem: '', attempt: 0, isStarting: true }, 'down', 'refused', 'refused'],
];

describe.each(ROWS)('%j', (stage, state, client, peer) => {
  test(`is told as ${state}`, () => {
    expect(regionStateOf(stage)).toBe(state);
  });

  test(`a client is ${client}`, () => {
    expect(refusalOf({ stage, wants: { enabled: true } }) !== undefined).toBe(client === 'refused');
    if (client !== 'refused') expect(isComingUp(stage)).toBe(client === 'waits');
  });

  test('a client of a disabled region is refused', () => {
    expect(refusalOf({ stage, wants: { enabled: false } })?.code).toBe('draining');
  });

  test(`a peer is ${peer}`, () => {
    expect(isServing(stage)).toBe(peer === 'linked');
  });

  test('has a server to look after, unless it is not running', () => {
    expect(hasServer(stage)).toBe('unanswered' in stage);
  });
});
