import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterEnd,
  afterLook,
  askToStart,
  heldOnlyBy,
  isHeld,
  mayBeHeld,
  quorumOf,
  START_WITHIN_MS,
  whyNotEnd,
  whyNotLeave,
  whyNotLink,
  withoutOrphan,
} from './admission.ts';
import { type Holdings, META_GROUP } from './holdings.ts';
import { afterRestore, afterTry, awaitOperator, beginAgain, giveUpMissing, lossText } from './loss.ts';
import {
  type AdmissionRecord,
  type KnownStream,
  type Loss,
  type MemberState,
  NEW_RECORD,
  type Sighting,
} from './record.ts';

const REGIONS = ['a', 'b', 'c'];
const FIVE = ['a', 'b', 'c', 'd', 'e'];
const NOW = 1_000_000;

describe('the first start', () => {
  test('is allowed to all at once, since nothing is stored yet', () => {
    let record = NEW_RECORD;
    for (const region of REGIONS) {
      const asked = askToStart(record, region, REGIONS, NOW);
      expect(asked.answer).toEqual({ mayStart: true });
      record = asked.record;
    }
    expect(statesIn(record)).toEqual({ a: 'joining', b: 'joining', c: 'joining' });
  });

  test('is over once a majority holds the same', () => {
    expect(afterLook(NEW_RECORD, seen({ a: 1 }), REGIONS, NOW).isFormed).toBe(false);
    const formed = afterLook(NEW_RECORD, seen({ a: 1, b: 1 }), REGIONS, NOW);
    expect(formed.isFormed).toBe(true);
    expect(statesIn(formed)).toEqual({ a: 'full', b: 'full' });
  });

  test('is over under load too: by now each holds what the others held shortly before', () => {
    const earlier = seen({ a: 5, b: 6, c: 4 });
    const record = afterLook(NEW_RECORD, seen({ a: 7, b: 8, c: 6 }), REGIONS, NOW, earlier);
    expect(statesIn(record)).toEqual({ a: 'full', b: 'full', c: 'full' });
  });

  test('of the Keeper, after servers have long been running, finds them', () => {
    const record = afterLook(NEW_RECORD, seen({ a: 9, b: 9, c: 4 }), REGIONS, NOW);
    expect(statesIn(record)).toEqual({ a: 'full', b: 'full', c: 'joining' });
    expect(record.streams).toMatchObject([{ stream: 'ORDERS', lastSeq: 9 }]);
  });
});

describe('a server that comes back empty', () => {
  test('starts beside those that hold everything', () => {
    const { record, answer } = askToStart(formed(), 'a', REGIONS, NOW);
    expect(answer).toEqual({ mayStart: true });
    expect(statesIn(record)).toEqual({ a: 'joining', b: 'full', c: 'full' });
  });

  test('of five waits while another does not hold everything yet, and is told what it lacks', () => {
    const five: AdmissionRecord = {
      ...formed(),
      members: membersOf({ a: 'joining', b: 'full', c: 'full', d: 'full', e: 'full' }),
    };
    const looked = afterLook(five, seen({ a: 3, b: 9, c: 9, d: 9, e: 9 }), FIVE, NOW);
    const { record, answer } = askToStart(looked, 'b', FIVE, NOW);
    expect(answer).toEqual({
      mayStart: false,
      why: 'a must hold everything first: it has stream ORDERS of account $G up to message 3 of 9',
    });
    expect(statesIn(record)).toMatchObject({ a: 'joining', b: 'empty', c: 'full' });
    const caughtUp = afterLook(record, seen({ a: 9, c: 9, d: 9, e: 9 }), FIVE, NOW);
    expect(askToStart(caughtUp, 'b', FIVE, NOW).answer).toEqual({ mayStart: true });
  });

  test('may ask again for the start that it was allowed, which may have failed', () => {
    const one = askToStart(formed(), 'a', REGIONS, NOW).record;
    expect(askToStart(one, 'a', REGIONS, NOW).answer).toMatchObject({ mayStart: true });
  });

  test('does not hold everything as long as no holder answers', () => {
    const one = askToStart(formed(), 'a', REGIONS, NOW).record;
    expect(statesIn(afterLook(one, seen({ a: 9 }), REGIONS, NOW)).a).toBe('joining');
  });

  test('and stops again, must ask again: but only after the time that it has to start', () => {
    const one = askToStart(formed(), 'a', REGIONS, NOW).record;
    const stopped = new Map<string, Sighting>([['a', 'stopped']]);
    expect(statesIn(afterLook(one, stopped, REGIONS, NOW + START_WITHIN_MS - 1)).a).toBe('joining');
    expect(statesIn(afterLook(one, stopped, REGIONS, NOW + START_WITHIN_MS)).a).toBe('empty');
  });
});

describe('when fewer than a majority hold everything', () => {
  const one: AdmissionRecord = { ...formed(), members: membersOf({ a: 'full', b: 'joining', c: 'empty' }) };

  test('all may start, since only all of them together elect the one that does, but are not linked with each other', () => {
    const { record, answer } = askToStart(one, 'c', REGIONS, NOW);
    expect(answer).toEqual({ mayStart: true });
    expect(whyNotLink(record, 'b', 'c', REGIONS)).toMatch(/neither b nor c/);
    expect(whyNotLink(record, 'a', 'c', REGIONS)).toBeUndefined();
    const looked = afterLook(record, seen({ a: 9, b: 9 }), REGIONS, NOW);
    expect(whyNotLink(looked, 'b', 'c', REGIONS)).toBeUndefined();
    expect(isHeld(looked, 'c', REGIONS)).toBe(false);
  });

  test('also if that is so for one stream only', () => {
    const five = (servers: readonly string[]): AdmissionRecord => ({
      isFormed: true,
      members: membersOf({ a: 'full', b: 'full', c: 'full', d: 'joining', e: 'empty' }),
      streams: [{ account: '$G', stream: 'S', created: '', messages: 1, lastSeq: 1, servers }],
    });
    const mayStart = (record: AdmissionRecord) => askToStart(record, 'e', FIVE, NOW).answer.mayStart;
    expect(mayStart(five(['nats-a', 'nats-b', 'nats-e']))).toBe(false);
    expect(mayStart(five(['nats-a', 'nats-d', 'nats-e']))).toBe(true);
    expect(mayStart(five(['nats-d', 'nats-e']))).toBe(false);
  });

  test('servers of the first start are linked, since there is nothing to outvote', () => {
    const record = REGIONS.reduce(
      (before, region) => askToStart(before, region, REGIONS, NOW).record,
      NEW_RECORD,
    );
    expect(whyNotLink(record, 'a', 'b', REGIONS)).toBeUndefined();
  });
});

describe('a server that no longer runs', () => {
  test('holds nothing', () => {
    const looked = afterLook(formed(), new Map([['b', 'stopped' as const]]), REGIONS, NOW);
    expect(statesIn(looked)).toEqual({ a: 'full', b: 'empty', c: 'full' });
  });

  test('is not to be mistaken for one that does not answer', () => {
    expect(afterLook(formed(), new Map([['b', undefined]]), REGIONS, NOW)).toMatchObject(formed());
  });
});

describe('when no server is left that holds anything', () => {
  const lost = () =>
    REGIONS.reduce((record, region) => askToStart(record, region, REGIONS, NOW).record, formed());

  test('none starts, and what is lost is known', () => {
    const record = lost();
    expect(record.loss).toMatchObject({ phase: 'deciding', streams: [{ stream: 'ORDERS', lastSeq: 9 }] });
    for (const region of REGIONS) {
      expect(askToStart(record, region, REGIONS, NOW).answer.mayStart).toBe(false);
    }
  });

  test('but one that was joining has every stream up to where it was last seen, nothing is', () => {
    const record: AdmissionRecord = {
      ...formed(),
      members: membersOf({ a: 'joining', b: 'empty', c: 'full' }),
    };
    const asked = askToStart(record, 'c', REGIONS, NOW).record;
    expect(asked.loss?.phase).toBe('deciding');
    expect(afterLook(asked, seen({ a: 8 }), REGIONS, NOW).loss).toBeDefined();
    const looked = afterLook(asked, seen({ a: 9 }), REGIONS, NOW);
    expect(looked.loss).toBeUndefined();
    expect(statesIn(looked)).toMatchObject({ a: 'full' });
  });

  test('those that wait for an operator say for what', () => {
    const { record, answer } = askToStart(
      awaitOperator(lost(), { unsaved: formed().streams }),
      'b',
      REGIONS,
      NOW,
    );
    expect(answer).toMatchObject({
      mayStart: false,
      why: expect.stringMatching(/ORDERS of \$G \(9 messages\).*accept-loss/),
    });
    expect(record.loss?.phase).toBe('waiting');
  });

  test('they start anew, with clients held back until the streams are restored', () => {
    let record = beginAgain(lost(), true);
    for (const region of REGIONS) {
      const asked = askToStart(record, region, REGIONS, NOW);
      expect(asked.answer).toEqual({ mayStart: true });
      record = asked.record;
    }
    record = afterLook(record, seen({ a: 0, b: 0, c: 0 }), REGIONS, NOW);
    expect(record.loss?.phase).toBe('restoring');
    expect(isHeld(record, 'a', REGIONS)).toBe(true);
    expect(whyNotLink(record, 'a', 'b', REGIONS)).toBeUndefined();
    expect(whyNotLink(record, 'a', 'elsewhere', REGIONS)).toContain('being restored');
    expect(whyNotLink(record, 'elsewhere', 'a', REGIONS)).toContain('being restored');
    expect(whyNotLink(record, 'elsewhere', 'nowhere', REGIONS)).toBeUndefined();
    expect(whyNotLink(afterRestore(record, ALL_BACK), 'a', 'elsewhere', REGIONS)).toBeUndefined();
    expect(afterRestore(record, ALL_BACK)).toMatchObject({ isFormed: true });
    expect(afterRestore(record, ALL_BACK).loss).toBeUndefined();
  });

  test('and lost again while they are restored, they begin once more with what was to be restored', () => {
    let record = beginAgain(lost(), true);
    record = afterLook(record, seen({ a: 0, b: 0, c: 0 }), REGIONS, NOW);
    for (const region of REGIONS) record = askToStart(record, region, REGIONS, NOW).record;
    expect(record.loss).toMatchObject({ phase: 'deciding', streams: [{ stream: 'ORDERS' }] });
  });
});

describe('the last that holds everything', () => {
  const record: AdmissionRecord = {
    ...formed(),
    members: membersOf({ a: 'full', b: 'joining', c: 'empty' }),
  };

  test('is not ended, even if it hangs', () => {
    expect(whyNotEnd(record, 'a', new Set(['b']))).toMatch(/no other server/);
    expect(whyNotEnd(formed(), 'a', new Set())).toMatch(/no other server/);
    expect(whyNotEnd(formed(), 'a', new Set(['b']))).toBeUndefined();
    expect(whyNotEnd(record, 'b', new Set(['a']))).toBeUndefined();
    expect(whyNotEnd(formed(), 'a', new Set(['a', 'b']))).toBe('it answers again');
  });

  test('does not become two by being ended in the same moment, each for the sake of the other', () => {
    const both = { ...formed(), members: membersOf({ a: 'full', b: 'full', c: 'empty' }) };
    const answering = new Set(['a', 'b']);
    expect(whyNotLeave(both, ['a'], ['a', 'b'], answering, undefined)).toBeUndefined();
    expect(whyNotLeave(afterEnd(both, ['a'], NOW), ['b'], ['a', 'b'], answering, undefined)).toMatch(
      /a \(empty\)/,
    );
    expect(whyNotEnd(afterEnd(both, ['a'], NOW), 'b', new Set(['a']))).toMatch(/no other server/);
  });

  test('is not taken out of service, nor is any other while one is behind', () => {
    const all = new Set(REGIONS);
    expect(whyNotLeave(formed(), ['a'], REGIONS, all, undefined)).toBeUndefined();
    expect(whyNotLeave(formed(), ['a'], REGIONS, new Set(['a', 'b']), undefined)).toMatch(/c \(full\)/);
    expect(whyNotLeave(record, ['a'], REGIONS, all, undefined)).toMatch(/b \(joining\), c \(empty\)/);
    expect(whyNotLeave(formed(), ['a', 'b'], REGIONS, all, undefined)).toMatch(/one after the other/);
    expect(whyNotLeave(NEW_RECORD, ['a'], REGIONS, all, undefined)).toBeUndefined();
  });
});

describe('a stream that only one server holds, when that server has ended', () => {
  const ALONE = {
    account: '$G',
    stream: 'ALONE',
    created: '1',
    messages: 9,
    lastSeq: 9,
    servers: ['nats-c'],
  };
  const before: AdmissionRecord = { ...formed(), streams: [...formed().streams, ALONE] };

  test('is to be restored before its server starts again, and its clients wait', () => {
    const { record, answer } = askToStart(before, 'c', REGIONS, NOW);
    expect(answer).toMatchObject({ mayStart: false, why: expect.stringContaining('ALONE of $G') });
    expect(record.orphans).toEqual([ALONE]);
    expect(record.streams).toEqual(formed().streams);
    expect([isHeld(record, 'c', REGIONS), isHeld(record, 'a', REGIONS)]).toEqual([true, false]);
    const back = withoutOrphan(record, ALONE);
    expect(back).not.toHaveProperty('orphans');
    expect(askToStart(back, 'c', REGIONS, NOW).answer).toEqual({ mayStart: true });
  });

  test.each([9, 0])(
    'is to be restored too if it was empty when it was last seen, at message %i',
    (lastSeq) => {
      const empty = { ...ALONE, messages: 0, lastSeq };
      const { record, answer } = askToStart({ ...before, streams: [empty] }, 'c', REGIONS, NOW);
      expect([answer.mayStart, record.orphans]).toEqual([false, [empty]]);
    },
  );

  test('is asked for once, however often its server asks', () => {
    const once = askToStart(before, 'c', REGIONS, NOW).record;
    expect(askToStart(once, 'c', REGIONS, NOW).record.orphans).toEqual([ALONE]);
  });

  test('does not keep its server from starting where no majority is there without it', () => {
    const one = { ...before, members: membersOf({ a: 'full', b: 'empty', c: 'full' }) };
    const { record, answer } = askToStart(one, 'c', REGIONS, NOW);
    expect(answer).toEqual({ mayStart: true });
    expect(record.orphans).toEqual([ALONE]);
  });

  test('is part of the loss if the others end too', () => {
    const orphaned = askToStart(before, 'c', REGIONS, NOW).record;
    const none = { ...orphaned, members: membersOf({ a: 'full', b: 'empty', c: 'empty' }) };
    const { loss, orphans } = askToStart(none, 'a', REGIONS, NOW).record;
    expect(loss?.streams.map(({ stream }) => stream)).toEqual(['ORDERS', 'ALONE']);
    expect(orphans).toEqual([]);
  });

  test.each([
    ['does not run', 'empty', undefined, false],
    ['starts', 'joining', [], true],
    ['holds everything else, and has not made it', 'full', [], false],
    ['holds everything else, and has made it anew', 'full', ['ALONE'], true],
    ['does not answer', 'full', undefined, true],
  ] as const)('may be on its server, when that %s', (_what, state, streams, expected) => {
    const { record } = askToStart(before, 'c', REGIONS, NOW);
    const members = membersOf({ a: 'full', b: 'full', c: state });
    const all = new Map(seen({ a: 9, b: 9 }));
    const made = { ...ALONE, leader: 'nats-c', consumers: [] };
    if (streams !== undefined)
      all.set('c', { ...holdings('c', 9), streams: streams.length === 0 ? [] : [made] });
    expect(mayBeHeld({ ...record, members }, ALONE, all)).toBe(expected);
  });

  test('keeps its server in service where it would not come back from a backup', () => {
    const all = new Set(REGIONS);
    expect(heldOnlyBy(before, ['c'])).toEqual([ALONE]);
    expect(heldOnlyBy(before, ['a'])).toEqual([]);
    expect(whyNotLeave(before, ['c'], REGIONS, all, 'it is not backed up')).toBe('it is not backed up');
    expect(whyNotLeave(before, ['c'], REGIONS, all, undefined)).toBeUndefined();
  });
});

describe('what came of a loss', () => {
  const missing = (stream: string): KnownStream => ({
    ...{ account: '$G', stream, created: '1', messages: 3, lastSeq: 3 },
    servers: ['nats-a'],
  });
  const first = {
    ...{ at: 1, streams: 2, problems: ['5 of A are lost'] },
    ...{ missing: [missing('B')], failures: ['B is torn'] },
  };

  test('is not forgotten when what is missing is tried again', () => {
    const second = { ...{ at: 2, streams: 1, problems: ['1 of B is lost'] }, missing: [], failures: [] };
    expect(afterTry(first, second)).toEqual({
      ...second,
      streams: 3,
      problems: ['5 of A are lost', '1 of B is lost'],
    });
    expect(afterTry({ ...first, missing: [] }, second)).toEqual(second);
  });

  test('says what an operator gave up', () => {
    const loss: Loss = { since: 1, phase: 'restoring', streams: [] };
    const record = { ...afterRestore({ ...formed(), loss }, first), restored: first };
    const { loss: none, restored } = giveUpMissing(record);
    expect(none).toBeUndefined();
    expect(restored?.problems).toEqual([
      ...['5 of A are lost', 'B is torn'],
      'stream B of $G (3 messages) was given up',
    ]);
  });

  test('while it waits, only what no backup has is to be given up, and at most three are named', () => {
    const streams = Array.from({ length: 9 }, (_, n) => missing(`S${n}`));
    const loss = { since: 1, phase: 'waiting', streams, unsaved: streams.slice(0, 5) } as const;
    expect(lossText(loss)).toMatch(/backup has S0 .* and 2 more: .*4 others are restored/);
    expect(lossText(loss)).not.toContain('S3');
  });

  test('while the backups can not be read nobody is told to give anything up', () => {
    const loss = { since: 1, phase: 'waiting', streams: [missing('S0')], unreadable: 'R2 denies' } as const;
    expect(lossText(loss)).toMatch(/S0 of .*whether there are backups is unknown.*\(R2 denies\)/);
    expect(lossText(loss)).not.toContain('accept-loss');
    const other = awaitOperator({ ...formed(), loss }, { unsaved: loss.streams });
    expect(other.loss).not.toHaveProperty('unreadable');
  });
});

test('a stream that was deleted is forgotten; one that only a missing server has is not', () => {
  const two = (servers: readonly string[]): AdmissionRecord => ({
    ...formed(),
    streams: [{ account: '$G', stream: 'OLD', created: '', messages: 1, lastSeq: 1, servers }],
  });
  const names = (record: AdmissionRecord) => record.streams.map(({ stream }) => stream);
  const sightings = seen({ a: 9, b: 9 });
  expect(names(afterLook(two(['nats-a', 'nats-b', 'nats-c']), sightings, REGIONS, NOW))).toEqual(['ORDERS']);
  expect(names(afterLook(two(['nats-c']), sightings, REGIONS, NOW))).toEqual(['ORDERS', 'OLD']);
});

type Event = readonly ['kill' | 'ask' | 'look' | 'catch-up', number];

const events = fc.array(
  fc.tuple(fc.constantFrom('kill', 'ask', 'look', 'catch-up'), fc.nat(4)) as fc.Arbitrary<Event>,
  { maxLength: 60 },
);

test.each([[REGIONS], [FIVE]])('whatever dies and asks in whatever order of %j', (regions) => {
  fc.assert(
    fc.property(events, (each) => {
      const world = new World(regions);
      for (const [what, index] of each) world.happen(what, regions[index % regions.length] as string);
      world.comeToRest();
    }),
    { numRuns: 1_000 },
  );
});

/** Servers, of which it is known what they hold, and a Keeper that knows what it is told. */
class World {
  readonly #regions: readonly string[];
  /** Undefined for a server that does not run. */
  readonly #disks: Map<string, 'full' | 'blank' | undefined>;
  #record: AdmissionRecord;

  constructor(regions: readonly string[]) {
    this.#regions = regions;
    this.#disks = new Map(regions.map((id) => [id, 'full']));
    this.#record = { ...formed(), members: membersOf(Object.fromEntries(regions.map((id) => [id, 'full']))) };
  }

  happen(what: Event[0], region: string): void {
    const disk = this.#disks.get(region);
    if (what === 'kill') this.#disks.set(region, undefined);
    if (what === 'catch-up' && disk === 'blank' && this.#hasLeader) this.#disks.set(region, 'full');
    if (what === 'look') this.#look();
    if (what === 'ask' && disk === undefined) this.#ask(region);
  }

  /** While one holds everything, all come to hold it; when none does, none starts. */
  comeToRest(): void {
    const isLost = this.#count('full') === 0;
    for (let turn = 0; turn < 4 * this.#regions.length; turn += 1) {
      for (const region of this.#regions) {
        for (const what of ['ask', 'look', 'catch-up', 'look'] as const) this.happen(what, region);
      }
    }
    if (isLost) expect(this.#record.loss).toBeDefined();
    else expect([...this.#disks.values()]).toEqual(this.#regions.map(() => 'full'));
  }

  /** As nats-server elects: by a majority of those that hold something, or by all. */
  get #hasLeader(): boolean {
    const full = this.#count('full');
    return (
      full >= quorumOf(this.#regions.length) ||
      (full > 0 && full + this.#count('blank') === this.#regions.length)
    );
  }

  #count(wanted: 'full' | 'blank'): number {
    return [...this.#disks.values()].filter((held) => held === wanted).length;
  }

  #look(): void {
    const sightings = new Map(
      this.#regions.map((id): [string, Sighting] => {
        const held = this.#disks.get(id);
        if (held === undefined) return [id, undefined];
        return [
          id,
          held === 'full' ? holdings(id, 9) : { ...BLANK, server: `nats-${id}`, hasLeader: this.#hasLeader },
        ];
      }),
    );
    this.#record = afterLook(this.#record, sightings, this.#regions, NOW);
  }

  /** Whoever starts beside another that has nothing is not linked with it. */
  #ask(region: string): void {
    const { record, answer } = askToStart(this.#record, region, this.#regions, NOW);
    this.#record = record;
    if (!answer.mayStart) return;
    for (const [other, held] of this.#disks) {
      if (held === 'blank') expect(whyNotLink(record, region, other, this.#regions)).toBeDefined();
    }
    this.#disks.set(region, 'blank');
  }
}

const ALL_BACK = { missing: [], failures: [] };

const BLANK: Holdings = {
  server: 'nats-b',
  hasLeader: false,
  groups: { [META_GROUP]: { committed: 0, applied: 0 } },
  streams: [],
};

function formed(): AdmissionRecord {
  const record = afterLook(NEW_RECORD, seen({ a: 9, b: 9, c: 9 }), REGIONS, NOW);
  return { ...record, members: membersOf({ a: 'full', b: 'full', c: 'full' }) };
}

function membersOf(states: Readonly<Record<string, MemberState>>): AdmissionRecord['members'] {
  return Object.fromEntries(Object.entries(states).map(([region, state]) => [region, { state, since: NOW }]));
}

function statesIn({ members }: AdmissionRecord): Readonly<Record<string, MemberState>> {
  return Object.fromEntries(Object.entries(members).map(([region, { state }]) => [region, state]));
}

/** Servers that run, and up to which message each has the stream. */
function seen(lastSeqs: Readonly<Record<string, number>>): ReadonlyMap<string, Sighting> {
  return new Map(Object.entries(lastSeqs).map(([region, lastSeq]) => [region, holdings(region, lastSeq)]));
}

function holdings(region: string, lastSeq: number): Holdings {
  const servers = ['nats-a', 'nats-b', 'nats-c', 'nats-d', 'nats-e'];
  const stream = {
    account: '$G',
    stream: 'ORDERS',
    created: '1',
    servers,
    leader: 'nats-a',
    messages: lastSeq,
    lastSeq,
    consumers: [],
  };
  return {
    server: `nats-${region}`,
    hasLeader: true,
    groups: { [META_GROUP]: { committed: 1, applied: 1 } },
    streams: lastSeq === 0 ? [] : [stream],
  };
}
