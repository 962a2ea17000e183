import { expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { describeProblem, type Problem } from '../problems.ts';
import { validateConfig } from '../validate.ts';

function problemsOf(...regions: unknown[]): Problem[] {
  const result = validateConfig(fileOf(...regions));
  return result.ok ? [] : result.problems;
}

const awake = (id: string, more: Record<string, unknown> = {}) =>
  region(id, { jetstream: true, keepAwake: true, ...more });

const members = (more: Record<string, unknown>) => ({ keepAwake: true, members: { max: 3, ...more } });

test.each([
  ['more at least than at most', members({ min: 4 }), { code: 'members-min-high', min: 4, max: 3 }],
  ['a region that may sleep', { members: { max: 3 } }, { code: 'members-may-sleep' }],
  [
    'more free than there is room',
    members({ freeConnections: 30_000 }),
    { code: 'members-free-high', free: 30_000, room: 30_000 },
  ],
])('members: %s', (_what, more, problem) => {
  expect(problemsOf(region('weur', more))).toMatchObject([problem]);
});

test('members that fit are fine, with JetStream too', () => {
  expect(problemsOf(region('weur', members({ min: 3, freeConnections: 29_999 })))).toEqual([]);
  const three = ['wnam', 'enam'].map((id) => awake(id));
  expect(problemsOf(...three, awake('weur', { members: { max: 2 } }))).toEqual([]);
});

test("no region has the name of another one's member", () => {
  expect(problemsOf(region('a', { hint: 'enam', ...members({}) }), region('a-3', { hint: 'oc' }))).toEqual([
    { code: 'members-name-taken', path: 'regions[1].id', id: 'a-3', of: 'a', name: 'nats-a-3' },
  ]);
  expect(problemsOf(region('a', { hint: 'enam', ...members({}) }), region('a-4', { hint: 'oc' }))).toEqual(
    [],
  );
});

test('a soft limit is of the whole region', () => {
  const limits = { maxConnections: 100, softConnections: 250 };
  expect(problemsOf(region('a', { hint: 'enam', ...members({ freeConnections: 10 }), limits }))).toEqual([]);
  expect(problemsOf(region('a', { hint: 'enam', limits }))).toMatchObject([{ code: 'soft-limit-high' }]);
});

test('the third region with the same id is reported against the first', () => {
  const problems = problemsOf(
    region('a', { hint: 'wnam' }),
    region('a', { hint: 'enam' }),
    region('a', { hint: 'oc' }),
  );
  expect(problems).toEqual([
    { code: 'duplicate-id', path: 'regions[1].id', id: 'a', firstPath: 'regions[0].id' },
    { code: 'duplicate-id', path: 'regions[2].id', id: 'a', firstPath: 'regions[0].id' },
  ]);
});

test('two ids with the same class are refused', () => {
  expect(problemsOf(region('a-1', { hint: 'wnam' }), region('a1', { hint: 'enam' }))).toEqual([
    { code: 'duplicate-class-name', path: 'regions[1].id', id: 'a1', otherId: 'a-1', className: 'NatsA1' },
  ]);
  expect(problemsOf(region('a-b', { hint: 'wnam' }), region('ab', { hint: 'enam' }))).toEqual([]);
});

test('no region can have the name of the base class', () => {
  expect(problemsOf(region('region', { hint: 'wnam' }))).toMatchObject([{ code: 'reserved-id' }]);
});

test('a hint for the place of another region is refused, with the place where both land', () => {
  expect(problemsOf(region('enam'), region('brazil', { hint: 'sam' }))).toEqual([
    {
      code: 'hint-alias',
      path: 'regions[1].hint',
      hint: 'sam',
      otherHint: 'enam',
      otherPath: 'regions[0].hint',
      landsIn: 'enam',
    },
  ]);
  expect(problemsOf(region('apac'), region('apac-ne'))).toMatchObject([
    { code: 'hint-alias', landsIn: 'apac' },
  ]);
  expect(problemsOf(region('a', { hint: 'oc' }), region('b', { hint: 'oc' }))).toMatchObject([
    { code: 'hint-alias' },
  ]);
});

test('the two halves of apac can be used together', () => {
  expect(validateConfig(fileOf(region('apac-ne'), region('apac-se')))).toMatchObject({
    ok: true,
    warnings: [],
  });
});

test('an alias without its original only gives a warning', () => {
  expect(validateConfig(fileOf(region('afr')))).toMatchObject({
    ok: true,
    warnings: [{ code: 'hint-lands-elsewhere', path: 'regions[0].hint', hint: 'afr', landsIn: 'weur' }],
  });
});

test.each([[['ME']], [['OC']], [['AFR']], [['OC', 'ME']]])('%j is refused as a placement', (placement) => {
  expect(problemsOf(region('weur', { placement }))).toMatchObject([{ code: 'placement-limited', placement }]);
});

test('a placement of limited capacity is fine with another one', () => {
  expect(problemsOf(region('oc', { placement: ['OC', 'APAC'] }))).toEqual([]);
});

test('memory is at least 3 GiB a vCPU, disk at most 2 GB a GiB', () => {
  const sized = (vcpu: number, memoryMib: number, diskMb: number) =>
    problemsOf(region('weur', { instanceType: { vcpu, memoryMib, diskMb } }));
  expect(sized(2, 6144, 12_000)).toEqual([]);
  expect(sized(2, 6143, 11_000)).toMatchObject([{ code: 'instance-memory-low', leastMib: 6144 }]);
  expect(sized(2, 6144, 12_001)).toMatchObject([{ code: 'instance-disk-high', mostMb: 12_000 }]);
});

test('messages of streams that are backed up fit the memory of their region', () => {
  const most = 16 * 1024 * 1024;
  const of = (maxPayloadBytes: number, enabled: boolean) => {
    const keepers = ['weur', 'eeur', 'enam'].map((id) =>
      region(id, { jetstream: true, keepAwake: true, limits: { maxPayloadBytes } }),
    );
    const result = validateConfig({ ...fileOf(...keepers), jetstream: { backup: { enabled } } });
    return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
  };
  expect(of(most, true)).toEqual([]);
  expect(of(most + 1, false)).toEqual([]);
  expect(of(most + 1, true)).toContain('backup-payload-high regions[1].limits.maxPayloadBytes');
});

test('a placement is named once', () => {
  expect(problemsOf(region('weur', { placement: ['WEUR', 'EEUR', 'WEUR'] }))).toEqual([
    {
      code: 'repeated-placement',
      path: 'regions[0].placement[2]',
      placement: 'WEUR',
      firstPath: 'regions[0].placement[0]',
    },
  ]);
});

test('a country or filter that is named twice is warned of', () => {
  const twice = region('weur', { residency: { allow: ['DE', 'FR', 'DE'] }, off: ['band', 'band'] });
  const result = validateConfig({ ...fileOf(twice), routing: { off: ['pin', 'pin'] } });
  expect(result).toMatchObject({ ok: true });
  expect(result.warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'repeated-entry regions[0].residency.allow[2]',
    'repeated-entry regions[0].off[1]',
    'repeated-entry routing.off[1]',
  ]);
});

test('what JetStream may use fits the container', () => {
  const warned = (more: Record<string, unknown>) =>
    validateConfig(fileOf(region('weur', more))).warnings.map(({ path }) => path);
  const gib = 1024 ** 3;
  expect(warned({ limits: { jetstreamMaxMemoryBytes: gib, jetstreamMaxStoreBytes: 4e9 } })).toEqual([]);
  expect(warned({ limits: { jetstreamMaxMemoryBytes: gib + 1, jetstreamMaxStoreBytes: 4e9 + 1 } })).toEqual([
    'regions[0].limits.jetstreamMaxMemoryBytes',
    'regions[0].limits.jetstreamMaxStoreBytes',
  ]);
  const large = { vcpu: 1, memoryMib: 4096, diskMb: 5_000 };
  expect(warned({ instanceType: large, limits: { jetstreamMaxStoreBytes: 5e9 } })).toEqual([]);
});

test('messages larger than a WebSocket message, and limits that differ, are warned of', () => {
  const warned = (...most: number[]) =>
    validateConfig(
      fileOf(
        ...most.map((maxPayloadBytes, index) =>
          region(['weur', 'eeur', 'oc'][index] ?? '', { limits: { maxPayloadBytes } }),
        ),
      ),
    ).warnings.map(({ code, path }) => `${code} ${path}`);
  const most = 32 * 1024 * 1024;
  expect(warned(most, most)).toEqual([]);
  expect(warned(most + 1)).toEqual(['payload-beyond-websocket regions[0].limits.maxPayloadBytes']);
  expect(warned(1024, 2048, 1024)).toEqual(['payload-differs regions']);
});

test('a soft limit is below the hard one', () => {
  const limited = (softConnections: number) =>
    problemsOf(region('weur', { limits: { softConnections, maxConnections: 100 } }));
  expect(limited(99)).toEqual([]);
  expect(limited(100)).toMatchObject([
    { code: 'soft-limit-high', path: 'regions[0].limits.softConnections' },
  ]);
});

test('a JetStream region must not sleep', () => {
  const others = AWAKE.slice(0, 2);
  expect(problemsOf(...others, region('weur', { jetstream: true }))).toEqual([
    { code: 'jetstream-may-sleep', path: 'regions[2].jetstream' },
  ]);
  expect(problemsOf(...others, awake('weur'))).toEqual([]);
});

const AWAKE = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'].map((id) => awake(id));

test.each([0, 3, 5])('%i JetStream regions are fine', (count) => {
  const result = validateConfig(
    fileOf(...AWAKE.slice(0, count), ...AWAKE.slice(count).map((each) => ({ ...each, jetstream: false }))),
  );
  expect(result).toMatchObject({ ok: true, warnings: [] });
});

test('one or two JetStream regions are refused, four give a warning', () => {
  for (const few of [AWAKE.slice(0, 1), AWAKE.slice(0, 2)]) {
    const ids = few.map(({ id }) => id);
    expect(problemsOf(...few)).toEqual([{ code: 'jetstream-too-few', path: 'regions', ids }]);
  }
  expect(validateConfig(fileOf(...AWAKE.slice(0, 4)))).toMatchObject({
    ok: true,
    warnings: [{ code: 'jetstream-even' }],
  });
});

test('a disabled region does not count towards the JetStream majority', () => {
  expect(problemsOf(...AWAKE.slice(0, 2), awake('oc', { enabled: false }))).toMatchObject([
    { code: 'jetstream-too-few' },
  ]);
});

test('JetStream regions are not counted if one region is malformed', () => {
  expect(problemsOf(...AWAKE.slice(0, 2), awake('oc', { jetstream: 'yes' }))).toMatchObject([
    { code: 'wrong-type', path: 'regions[2].jetstream' },
  ]);
});

test('at least one region must be enabled', () => {
  expect(problemsOf(region('weur', { enabled: false }))).toEqual([
    { code: 'no-enabled-region', path: 'regions' },
  ]);
});

test('the default region must exist, and should be enabled', () => {
  const regions = [region('weur'), region('oc', { enabled: false })];
  expect(validateConfig({ defaultRegion: 'wuer', regions })).toMatchObject({
    problems: [{ code: 'unknown-region', path: 'defaultRegion', known: ['weur', 'oc'], nearest: 'weur' }],
  });
  expect(validateConfig({ defaultRegion: 'oc', regions })).toMatchObject({
    ok: true,
    warnings: [{ code: 'default-region-disabled' }],
  });
});

test('a default region is not reported as unknown if an id is malformed', () => {
  expect(
    validateConfig({ defaultRegion: 'Oc', regions: [region('weur'), region('Oc', { hint: 'oc' })] }),
  ).toMatchObject({
    problems: [{ code: 'bad-value', path: 'regions[1].id' }],
  });
});

const TEAM = { accessTeamDomain: 'example.cloudflareaccess.com' };
const AUDIENCE = { accessAudience: '0123456789abcdef'.repeat(4) };
const administered = (admin: unknown) => validateConfig({ ...fileOf(region('weur')), admin });

test('Cloudflare Access needs a team and an audience, both or neither', () => {
  for (const admin of [{}, { ...TEAM, ...AUDIENCE }]) {
    expect(administered(admin)).toMatchObject({ ok: true, warnings: [], config: { admin } });
  }
  expect(administered(TEAM)).toMatchObject({
    problems: [{ code: 'access-incomplete', given: 'accessTeamDomain', missing: 'accessAudience' }],
  });
  expect(administered(AUDIENCE)).toMatchObject({
    problems: [{ code: 'access-incomplete', given: 'accessAudience', missing: 'accessTeamDomain' }],
  });
});

test('a malformed audience is not also reported as missing', () => {
  expect(administered({ ...TEAM, accessAudience: 'x' })).toMatchObject({
    problems: [{ code: 'bad-value', path: 'admin.accessAudience' }],
  });
});

test.each([
  'https://example.cloudflareaccess.com',
  'example.cloudflareaccess.com/',
  'example.cloudflareaccess.com.evil.com',
  'evil.com#.cloudflareaccess.com',
  'evil.com/.cloudflareaccess.com',
  'a.b.cloudflareaccess.com',
  '.cloudflareaccess.com',
  'Example.cloudflareaccess.com',
  'example.cloudflareaccess.com\n',
])('%j is not a team domain', (accessTeamDomain) => {
  expect(administered({ accessTeamDomain, ...AUDIENCE })).toMatchObject({
    problems: [{ code: 'bad-value', path: 'admin.accessTeamDomain' }],
  });
});

test('a weight without a band is warned of: it would do nothing', () => {
  const file = fileOf(region('weur', { weight: 50 }), region('oc'));
  const { warnings } = validateConfig(file);
  expect(warnings).toEqual([{ code: 'weight-unused', path: 'regions[0].weight', weight: 50 }]);
  expect(warnings.map(describeProblem)[0]).toContain('use dial');
  expect(validateConfig({ ...file, routing: { bandMs: 5 } })).toMatchObject({ ok: true, warnings: [] });
});

test('the usual lifetime of a session is no longer than the longest, and its server sleeps after 10 s at the earliest', () => {
  const problemsWith = (sessions: unknown) => {
    const result = validateConfig({ ...fileOf(region('weur')), sessions });
    return result.ok ? [] : result.problems;
  };
  expect(problemsWith({ ttlSeconds: 601, mostTtlSeconds: 600 })).toEqual([
    { code: 'session-ttl-high', path: 'sessions.ttlSeconds', seconds: 601, most: 600 },
  ]);
  expect(problemsWith({ ttlSeconds: 600, mostTtlSeconds: 600 })).toEqual([]);
  expect(problemsWith({ sleepAfter: '9s' })).toMatchObject([
    { code: 'bad-value', path: 'sessions.sleepAfter', received: '"9s"' },
  ]);
  expect(problemsWith({ sleepAfter: '10s' })).toEqual([]);
});
