import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import {
  type Answers,
  CONFIG,
  type FakeEdge,
  INFO,
  PUBLISHED,
  refusal,
  startFakeEdge,
} from '../../test/support/fake-edge.ts';
import { adminOf } from './admin-token.ts';
import { TargetEdits, takenBackNotes, wayBackText } from './target-edits.ts';

/** What k6 writes before the edits of a run. */
const DIAL = 'time="2026" level=info msg="edits the target: oc.dial=0 (was 100)" source=console';
const DRAIN = 'time="2026" level=info msg="edits the target: eeur.drain=true (was false)" source=console';

type Fields = Readonly<Record<string, unknown>>;

/** The configuration in which regions have these fields. */
function configWith(fields: Readonly<Record<string, Fields>>): typeof CONFIG {
  return { ...CONFIG, regions: CONFIG.regions.map((region) => ({ ...region, ...fields[region.id] })) };
}

function edgeWith(fields: Readonly<Record<string, Fields>>, answers: Answers = {}): Promise<FakeEdge> {
  return startFakeEdge({
    'GET /api/config': { body: { ...INFO, config: configWith(fields) } },
    'PUT /api/config': { body: PUBLISHED },
    'POST /api/regions/eeur/undrain?base=7': { body: {} },
    ...answers,
  });
}

function editsOf(edge: FakeEdge, ...lines: readonly string[]): TargetEdits {
  const edits = new TargetEdits(adminOf({ url: edge.url, adminToken: 'secret' }));
  for (const line of lines) edits.read(line);
  return edits;
}

/** What it was asked to change. */
function changesOf({ asked }: FakeEdge): readonly string[] {
  return asked.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

/** What it was asked to become. */
function putConfigOf({ asked }: FakeEdge): unknown {
  const put = asked.find(({ method }) => method === 'PUT');
  return (put?.body as { config?: unknown } | undefined)?.config;
}

test('what k6 has left edited is taken back, once: a drain by its operation, other fields by an edit', async () => {
  await using edge = await edgeWith({ oc: { dial: 0 }, eeur: { drain: true } });
  const edits = editsOf(edge, 'running', DIAL, DRAIN);
  const taken = await edits.takeBack();
  expect(await edits.takeBack()).toBe(taken);
  expect(taken.left).toEqual([]);
  expect(changesOf(edge)).toEqual(['PUT /api/config', 'POST /api/regions/eeur/undrain?base=7']);
  const put = edge.asked.find(({ method }) => method === 'PUT');
  expect(put?.body).toMatchObject({ base: 7, message: expect.stringContaining('oc.dial back to 100') });
  expect(putConfigOf(edge)).toEqual(configWith({ oc: { dial: 100 }, eeur: { drain: true } }));
  expect(takenBackNotes(taken, edge.url)).toEqual([
    'k6 left the target edited (oc.dial=0): this command has taken that back',
    'k6 left the target edited (eeur.drain=true): this command has taken that back',
  ]);
});

test('it goes back to what was before the first edit of a field', async () => {
  await using edge = await edgeWith({ oc: { dial: 5 } });
  const again = DIAL.replace('oc.dial=0 (was 100)', 'oc.dial=5 (was 0)');
  await editsOf(edge, DIAL, again).takeBack();
  expect(putConfigOf(edge)).toEqual(configWith({ oc: { dial: 100 } }));
});

test("what k6 took back itself, and somebody else's later edit of the same, stay", async () => {
  for (const dial of [100, 40]) {
    await using edge = await edgeWith({ oc: { dial } });
    expect(await editsOf(edge, DIAL).takeBack()).toEqual({ taken: [], left: [] });
    expect(changesOf(edge)).toEqual([]);
  }
});

test('somebody who edits meanwhile is no reason to give up', async () => {
  let version = 7;
  await using edge = await edgeWith(
    {},
    {
      'GET /api/config': () => ({ body: { ...INFO, version, config: configWith({ oc: { dial: 0 } }) } }),
      'PUT /api/config': ({ body }) => {
        version = 8;
        return (body as { base: number }).base === 8 ? { body: PUBLISHED } : refusal(409, 'conflict');
      },
    },
  );
  expect((await editsOf(edge, DIAL).takeBack()).taken).toHaveLength(1);
});

test('what cannot be taken back is named, with the reason and the command that does it', async () => {
  await using edge = await edgeWith(
    { oc: { dial: 0 }, eeur: { drain: true } },
    { 'PUT /api/config': refusal(403, 'read_only') },
  );
  const takenBack = await editsOf(edge, DIAL, DRAIN).takeBack();
  expect(takenBack.taken.map(({ region }) => region)).toEqual(['eeur']);
  expect(takenBackNotes(takenBack, edge.url)[1]).toBe(
    `the target may still be edited: oc.dial=0, which was 100. It could not be taken back (${edge.url} refuses: this token may read but not change anything). What takes it back: npm run regions -- set oc.dial=100 --message "back from a load test" --url ${edge.url}`,
  );
});

test('a target that does not answer is not waited for: all of its edits may stay', async () => {
  const server = createServer(() => {});
  const url = `http://${LOOPBACK}:${await listenOnLoopback(server)}`;
  const edits = new TargetEdits(adminOf({ url, adminToken: 'secret' }));
  for (const line of [DIAL, DRAIN]) edits.read(line);
  const { left } = await edits.takeBack(50);
  await closeServer(server);
  expect(left.map(({ because }) => because)).toEqual(Array(2).fill('no answer within 0.05 s'));
  expect(left.map(({ edit }) => wayBackText(edit, url))[1]).toBe(
    `npm run regions -- undrain eeur --url ${url}`,
  );
});

test('a target that ends with the run is left alone', async () => {
  const edits = new TargetEdits(undefined);
  edits.read(DIAL);
  expect(await edits.takeBack()).toEqual({ taken: [], left: [] });
});
