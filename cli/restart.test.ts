// `regions restart` as people run it, against an edge whose regions drain, stop and come back as they are told.

import { describe, expect, test } from 'vitest';
import type { JetStream } from '../api/jetstream.ts';
import type { SeenState } from '../api/states.ts';
import { type MeridianConfig, ownRegions } from '../regions/config.ts';
import { type Answers, CONFIG, INFO, refusal, regionView } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

/** Regions of which some take part in JetStream. */
function configOf(
  jetstream: readonly string[],
  more: Partial<MeridianConfig['regions'][number]> = {},
): MeridianConfig {
  return {
    ...CONFIG,
    regions: CONFIG.regions.slice(0, 3).map((region) => ({
      ...region,
      keepAwake: true,
      jetstream: jetstream.includes(region.id),
      ...(region.id === 'weur' && more),
    })),
  };
}

/** What each region does; each look brings it one step further. */
class Edge {
  readonly config: MeridianConfig;
  readonly calls: string[] = [];
  readonly states: Record<string, SeenState[]>;
  readonly members: Record<string, ('full' | 'joining')[]>;

  constructor(config: MeridianConfig) {
    this.config = config;
    this.states = Object.fromEntries(config.regions.map(({ id }) => [id, ['up']]));
    this.members = Object.fromEntries(config.regions.map(({ id }) => [id, ['full']]));
  }

  answers(more: Answers = {}): Answers {
    const operations = this.config.regions.flatMap(({ id }) => [
      [`POST /api/regions/${id}/drain`, () => this.#operate(id, 'drain')] as const,
      [`POST /api/regions/${id}/undrain`, () => this.#operate(id, 'undrain')] as const,
    ]);
    return {
      'GET /api/config': { body: { ...INFO, config: this.config } },
      'GET /api/regions': () => ({
        body: {
          version: 7,
          regions: this.config.regions.map(({ id }) => {
            const state = next(this.states[id], 'up');
            return regionView({ id, state, clients: state === 'up' ? 3 : 0 });
          }),
        },
      }),
      'GET /api/jetstream': () => ({ body: this.#jetStream() }),
      ...Object.fromEntries(operations),
      ...more,
    };
  }

  #operate(id: string, operation: string) {
    this.calls.push(`${operation} ${id}`);
    this.states[id] = operation === 'drain' ? ['draining', 'asleep'] : ['starting', 'up'];
    if (operation === 'undrain') this.members[id] = ['joining', 'full'];
    return { body: { region: id, state: 'draining', clients: 3 } };
  }

  #jetStream(): JetStream {
    const members = ownRegions(this.config)
      .filter(({ jetstream }) => jetstream)
      .map(({ id }) => {
        const state = next(this.members[id], 'full');
        this.calls.push(`${id} is ${state}`);
        return { region: id, state, since: 0, server: 'up' as const };
      });
    return { members, problem: null, loss: null, lastRestore: null };
  }
}

/** The first of what is left; the last stays. */
function next<T>(steps: T[] | undefined, otherwise: T): T {
  const [step = otherwise] = steps ?? [];
  if (steps !== undefined && steps.length > 1) steps.shift();
  return step;
}

const run = (answers: Answers, args: readonly string[], interruptAt?: Promise<void>) =>
  runRegionsOn(answers, ['restart', ...args, '--poll', '0.01'], { interruptAt });

const changesOf = ({ calls }: Edge) => calls.filter((call) => call.includes('drain'));

describe('regions', () => {
  test('are restarted one after the other: the next only when the one before is back', async () => {
    const edge = new Edge(configOf([]));
    const { code, out } = await run(edge.answers(), ['--yes']);
    expect(code).toBe(0);
    expect(out).toContain('Done: wnam, enam, weur.');
    expect(changesOf(edge)).toEqual([
      ...['drain wnam', 'undrain wnam', 'drain enam', 'undrain enam', 'drain weur', 'undrain weur'],
    ]);
  });

  test('with JetStream come last, and each holds everything before the next leaves', async () => {
    const edge = new Edge(configOf(['wnam', 'enam']));
    expect(await run(edge.answers(), ['--yes'])).toMatchObject({ code: 0 });
    expect(changesOf(edge)[0]).toBe('drain weur');
    const between = edge.calls.slice(edge.calls.indexOf('undrain wnam'), edge.calls.indexOf('drain enam'));
    expect(between).toContain('wnam is joining');
    expect(between.at(-2)).toBe('wnam is full');
  });

  test('that are named are restarted, and no others', async () => {
    const edge = new Edge(configOf([]));
    expect((await run(edge.answers(), ['enam', '--yes', '--json'])).out).toContain('"enam"');
    expect(changesOf(edge)).toEqual(['drain enam', 'undrain enam']);
    const unknown = await run(edge.answers(), ['wuer', '--yes']);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.err).toContain('did you mean "weur"?');
  });

  test('that are drained or asleep are left out, and it is said why', async () => {
    const edge = new Edge(configOf([], { drain: true }));
    edge.states.enam = ['asleep'];
    const { code, out } = await run(edge.answers(), ['--yes']);
    expect(code).toBe(0);
    expect(out).toMatch(/^- +weur +it is drained/m);
    expect(out).toMatch(/^- +enam +it is asleep/m);
    expect(changesOf(edge)).toEqual(['drain wnam', 'undrain wnam']);
  });

  test.each([['--dry-run'], []])('are only listed with %j', async (...args) => {
    const edge = new Edge(configOf(['wnam', 'enam', 'weur']));
    const { code, out } = await run(edge.answers(), args);
    expect(code).toBe(args.length === 0 ? 2 : 0);
    expect(out).toMatch(/^1\. +wnam +3 clients move +JetStream/m);
    expect(changesOf(edge)).toEqual([]);
  });

  test('are not touched while a JetStream server lacks something', async () => {
    const edge = new Edge(configOf(['wnam', 'enam', 'weur']));
    edge.members.enam = ['joining'];
    const { code, err } = await run(edge.answers(), ['--yes']);
    expect(code).toBe(1);
    expect(err).toContain('enam is joining');
    expect(changesOf(edge)).toEqual([]);
  });
});

describe('a failure', () => {
  test('before a region is drained stops there, and leaves it serving', async () => {
    const edge = new Edge(configOf([]));
    const answers = edge.answers({ 'POST /api/regions/enam/drain': refusal(409, 'jetstream_behind') });
    const { code, err } = await run(answers, ['--yes']);
    expect(code).toBe(1);
    expect(err).toContain('Stopped at enam');
    expect(err).toContain('enam serves.');
    expect(err).toContain('Restarted: wnam. Not yet: weur.');
    expect(changesOf(edge)).toEqual(['drain wnam', 'undrain wnam']);
  });

  test('while a region drains puts it back', async () => {
    const edge = new Edge(configOf([]));
    const stuck = () => {
      edge.calls.push('drain wnam');
      edge.states.wnam = ['draining'];
      return { body: { region: 'wnam', state: 'draining', clients: 3 } };
    };
    const answers = edge.answers({ 'POST /api/regions/wnam/drain': stuck });
    const { code, err } = await run(answers, ['--yes', '--drain-timeout', '1']);
    expect(code).toBe(1);
    expect(err).toContain('wnam was put back into service');
    expect(err).toContain('Restarted: none. Not yet: enam, weur.');
    expect(changesOf(edge)).toEqual(['drain wnam', 'undrain wnam']);
  });

  test('to put a region back is said aloud, with what does it', async () => {
    const edge = new Edge(configOf([]));
    const answers = edge.answers({ 'POST /api/regions/wnam/undrain': refusal(503, 'region_unavailable') });
    const { code, err } = await run(answers, ['--yes']);
    expect(code).toBe(6);
    expect(err).toContain('wnam IS STILL DRAINED');
    expect(err).toContain('`regions undrain wnam` puts it back');
  });

  test('to come back stops the sequence', async () => {
    const edge = new Edge(configOf([]));
    const down = () => {
      edge.calls.push('undrain wnam');
      edge.states.wnam = ['down'];
      return { body: { region: 'wnam', state: 'starting', clients: 0 } };
    };
    const answers = edge.answers({ 'POST /api/regions/wnam/undrain': down });
    const { code, err } = await run(answers, ['--yes', '--up-timeout', '1']);
    expect(code).toBe(1);
    expect(err).toContain('wnam is down');
    expect(err).toContain('Not yet: enam, weur.');
    expect(changesOf(edge)).toEqual(['drain wnam', 'undrain wnam']);
  });
});

test('Ctrl-C puts a region that drains back, and says what is left', async () => {
  const edge = new Edge(configOf([]));
  const { promise: draining, resolve: drained } = Promise.withResolvers<void>();
  const stuck = () => {
    edge.calls.push('drain wnam');
    edge.states.wnam = ['draining'];
    drained();
    return { body: { region: 'wnam', state: 'draining', clients: 3 } };
  };
  const answers = edge.answers({ 'POST /api/regions/wnam/drain': stuck });
  const { code, err } = await run(answers, ['--yes'], draining);
  expect(code).toBe(130);
  expect(err).toContain('wnam was put back into service');
  expect(err).toContain('Restarted: none. Not yet: enam, weur.');
  expect(changesOf(edge)).toEqual(['drain wnam', 'undrain wnam']);
});
