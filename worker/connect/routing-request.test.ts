import { describe, expect, test } from 'vitest';
import {
  lastServerOf,
  routingRequestOf,
  serverCookie,
  spreadKeyOf,
  whatIfRequestOf,
} from './routing-request.ts';

const CF = { colo: 'SYD', country: 'AU' };

describe("a client's request", () => {
  test('comes from where Cloudflare says, whatever its query says', () => {
    expect(routingRequestOf(requestOf('/?colo=AMS&country=NL'), []).cf).toEqual(CF);
  });

  test('without wishes has none', () => {
    expect(routingRequestOf(requestOf('/'), [])).toEqual({
      cf: CF,
      client: undefined,
      preferred: [],
      forced: undefined,
      previous: undefined,
    });
  });

  test.each([
    ['/?region=oc', {}, ['oc']],
    ['/?region=oc,apac', {}, ['oc', 'apac']],
    ['/?region=%20oc%20,,apac,', {}, ['oc', 'apac']],
    ['/?region=', {}, []],
    ['/', { 'x-nats-prefer-region': 'weur, eeur' }, ['weur', 'eeur']],
    ['/?region=oc', { 'x-nats-prefer-region': 'weur' }, ['oc', 'weur']],
  ])('%s with %j prefers %j', (path, headers, preferred) => {
    expect(routingRequestOf(requestOf(path, headers), []).preferred).toEqual(preferred);
  });

  test('a name below a domain prefers a region, after what the address and the headers say', () => {
    const preferredAt = (host: string, path: string) =>
      routingRequestOf(new Request(`http://${host}${path}`), ['nats.example.com']).preferred;
    expect(preferredAt('OC.nats.example.com:8443', '/nats')).toEqual(['oc']);
    expect(preferredAt('oc.nats.example.com', '/?region=weur')).toEqual(['weur', 'oc']);
    expect(preferredAt('nats.example.com', '/')).toEqual([]);
  });

  test.each([
    [16, 16],
    [17, 16],
  ])('with %i wishes has %i of them heard', (asked, heard) => {
    const list = Array.from({ length: asked }, (_, index) => `r${index}`).join(',');
    expect(routingRequestOf(requestOf(`/?region=${list}`), []).preferred).toHaveLength(heard);
  });

  test.each([
    ['/?region=a,b', {}, undefined],
    [`/?region=${'a,'.repeat(16)}`, {}, undefined],
    [`/?region=${'a,'.repeat(17)}`, {}, [expect.stringMatching(/^\?region= takes at most 16 regions/)]],
    [`/?region=${'x'.repeat(1001)}`, {}, [expect.stringContaining('the rest was ignored')]],
    ['/', { 'x-nats-prefer-region': 'a,'.repeat(17) }, [expect.stringMatching(/^x-nats-prefer-region/)]],
    ['/', { 'x-nats-force-region': 'a,b' }, [expect.stringContaining('the first counts')]],
  ])('%.20s with %j notes what was left out', (path, headers, notes) => {
    expect(routingRequestOf(requestOf(path, headers as Record<string, string>), []).notes).toEqual(notes);
  });

  test('with 10 kB of a wish has only its beginning repeated', () => {
    const [wish] = routingRequestOf(requestOf(`/?region=${'x'.repeat(10_240)}`), []).preferred ?? [];
    expect(wish?.length).toBeLessThanOrEqual(1_000);
  });

  test.each([
    ['weur', 'weur'],
    ['weur,oc', 'weur'],
    ['', undefined],
    [' , ', undefined],
  ])('that forces %j forces %s', (header, forced) => {
    expect(routingRequestOf(requestOf('/', { 'x-nats-force-region': header }), []).forced).toBe(forced);
  });

  test.each([
    [{ 'x-nats-last-region': 'oc' }, 'oc'],
    [{ cookie: 'meridian-region=oc' }, 'oc'],
    [{ cookie: 'a=b; meridian-region=oc; c=d' }, 'oc'],
    [{ cookie: 'meridian-region=oc', 'x-nats-last-region': 'weur' }, 'weur'],
    [{ cookie: 'not-meridian-region=oc' }, undefined],
    [{ cookie: 'meridian-regions=oc' }, undefined],
    [{ cookie: '' }, undefined],
  ])('with %j was in %s before', (headers, previous) => {
    expect(routingRequestOf(requestOf('/', headers as Record<string, string>), []).previous).toBe(previous);
  });

  test('is known by its address', () => {
    expect(routingRequestOf(requestOf('/', { 'cf-connecting-ip': '192.0.2.1' }), []).client).toBe(
      '192.0.2.1',
    );
  });
});

describe('a what-if request', () => {
  test('without a place is about the request itself', () => {
    expect(whatIfRequestOf(requestOf('/api/route?region=oc'), [])).toMatchObject({
      cf: CF,
      preferred: ['oc'],
    });
  });

  test.each([
    ['colo=AMS', { colo: 'AMS' }],
    ['lat=52.4&lon=4.9', { latitude: '52.4', longitude: '4.9' }],
    ['lat=52.4', { latitude: '52.4' }],
    ['country=NL', { country: 'NL' }],
    ['continent=EU', { continent: 'EU' }],
    ['colo=', { colo: '' }],
    ['colo=AMS&colo=SYD', { colo: 'AMS' }],
  ])('of ?%s is about that place alone', (query, cf) => {
    const nothing = { colo: undefined, latitude: undefined, longitude: undefined };
    expect(whatIfRequestOf(requestOf(`/api/route?${query}`), []).cf).toEqual({
      ...nothing,
      country: undefined,
      continent: undefined,
      ...cf,
    });
  });

  test('may name a place and a wish at once', () => {
    expect(whatIfRequestOf(requestOf('/api/route?colo=AMS&region=oc'), [])).toMatchObject({
      cf: { colo: 'AMS' },
      preferred: ['oc'],
    });
  });

  test('may stand for another client, at another place', () => {
    const headers = { 'cf-connecting-ip': '192.0.2.1' };
    const clientOf = (query: string) => whatIfRequestOf(requestOf(`/api/route?${query}`, headers), []).client;
    expect(clientOf('colo=AMS&client=someone')).toBe('someone');
    expect(clientOf('colo=AMS')).toBe('192.0.2.1');
  });
});

/** A request as Workers get it: Node's has no `cf`. */
function requestOf(path: string, headers: Record<string, string> = {}): Request {
  const request = new Request(`https://meridian.example${path}`);
  // Node takes `cookie` for a header that only a browser may set, on a Request but not on its own.
  return Object.defineProperties(request, {
    cf: { value: CF },
    headers: { value: new Headers(headers) },
  });
}

describe('a client of a region with members', () => {
  test.each([
    [{ 'x-nats-last-region': 'weur.2' }, { region: 'weur', number: 2 }],
    [{ cookie: 'a=b; meridian-region=weur-2.12' }, { region: 'weur-2', number: 12 }],
    [{ 'x-nats-last-region': 'weur' }, { region: 'weur', number: undefined }],
    [{ 'x-nats-last-region': 'weur.0' }, { region: 'weur.0', number: undefined }],
    [{}, undefined],
  ])('that says %j had the server %j', (headers, last) => {
    const request = requestOf('/', headers as Record<string, string>);
    expect(lastServerOf(request.headers)).toEqual(last);
    expect(routingRequestOf(request, []).previous).toBe(last?.region);
  });

  test('gives back what it was told', () => {
    for (const number of [1, 16]) {
      const headers = new Headers({ cookie: `meridian-region=${serverCookie('weur', number)}` });
      expect(lastServerOf(headers)).toEqual({ region: 'weur', number });
    }
    expect(serverCookie('weur', undefined)).toBe('weur');
  });

  test('is drawn by its address, or by its connection if it has none', () => {
    const headers = { 'sec-websocket-key': 'dGhlIHNhbXBsZQ==' };
    expect(spreadKeyOf(new Headers({ ...headers, 'cf-connecting-ip': '192.0.2.1' }))).toBe('192.0.2.1');
    expect(spreadKeyOf(new Headers(headers))).toBe('dGhlIHNhbXBsZQ==');
    expect(spreadKeyOf(new Headers())).toBe('');
  });
});
