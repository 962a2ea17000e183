import { describe, expect, test } from 'vitest';
import { agreeOn, wantedCompression } from './route-compression.ts';
import type { RouteInfo } from './route-handshake.ts';

const CURRENT: RouteInfo = {
  server_id: 'A',
  server_name: 'nats-enam',
  version: '2.15.1',
  compression: 'accept',
};

describe('what is wanted', () => {
  test.each(['off', 's2_fast', 's2_better', 's2_best'] as const)(
    'as %s is that at any distance',
    (setting) => {
      expect([0, 80, 300].map((rttMs) => wantedCompression(setting, rttMs))).toEqual([
        setting,
        setting,
        setting,
      ]);
    },
  );

  test.each([
    [0, 'off'],
    [10, 'off'],
    [10.1, 's2_fast'],
    [50, 's2_fast'],
    [51, 's2_better'],
    [100, 's2_better'],
    [101, 's2_best'],
    [1_000, 's2_best'],
  ])('as s2_auto at %f ms is %s', (rttMs, compression) => {
    expect(wantedCompression('s2_auto', rttMs)).toBe(compression);
  });
});

describe('what is agreed on', () => {
  test.each(['accept', 's2_fast', 's2_best', 's2_auto', 's2_uncompressed'])(
    'with a server that says %s is what is wanted',
    (compression) => {
      expect(agreeOn('s2_better', [CURRENT, { ...CURRENT, compression }])).toEqual({
        compression: 's2_better',
      });
    },
  );

  test('is off, without a reason, if nothing is wanted', () => {
    expect(agreeOn('off', [CURRENT, { server_id: 'B' }])).toEqual({ compression: 'off' });
  });

  test.each([0, 1])('is off if the server at end %i was started with an older image, and says so', (end) => {
    const servers = [CURRENT, CURRENT].with(end, {
      ...CURRENT,
      server_name: 'nats-weur',
      compression: 'off',
    });
    const { compression, plainBecause } = agreeOn('s2_fast', servers);
    expect(compression).toBe('off');
    expect(plainBecause).toBe(
      'nats-weur is configured with cluster.compression "off" rather than "accept": deploy the current image',
    );
  });

  test('is off if a server is older than compression, and says which', () => {
    const { compression: _none, ...old } = { ...CURRENT, server_name: 'nats-weur', version: '2.9.25' };
    expect(agreeOn('s2_fast', [CURRENT, old])).toEqual({
      compression: 'off',
      plainBecause:
        'nats-weur runs nats-server 2.9.25, which does not compress routes (2.10 and later do): deploy a newer image',
    });
  });

  test.each([undefined, 'not supported'])(
    'is off with a server that could but is told not to: its INFO says %s',
    (compression) => {
      const { compression: _none, ...silent } = { ...CURRENT, server_name: 'nats-weur' };
      const told = compression === undefined ? silent : { ...silent, compression };
      expect(agreeOn('s2_fast', [CURRENT, told]).plainBecause).toBe(
        'nats-weur is configured with cluster.compression "not_supported" rather than "accept": deploy the current image',
      );
    },
  );

  test.each(['2.9.25', '1.99.0', undefined])(
    'is off with a server of version %s, which is too old',
    (version) => {
      const { compression: _none, ...old } = { ...CURRENT, version };
      expect(agreeOn('s2_fast', [CURRENT, old]).plainBecause).toContain('which does not compress routes');
    },
  );

  test('is off with a word that is not known, of which not all is repeated', () => {
    const { compression, plainBecause } = agreeOn('s2_fast', [
      CURRENT,
      { ...CURRENT, compression: 'x'.repeat(9_000) },
    ]);
    expect(compression).toBe('off');
    expect(plainBecause?.length).toBeLessThan(200);
  });
});
