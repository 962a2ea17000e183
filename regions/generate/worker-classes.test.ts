import { expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { validateConfig } from '../validate.ts';
import { generateWorkerClasses } from './worker-classes.ts';

test('each region gets a class of its own, disabled ones too', () => {
  const result = validateConfig(fileOf(region('weur'), region('apac-ne', { enabled: false })));
  const text = result.ok ? generateWorkerClasses(result.config) : '';
  expect(text.slice(text.indexOf('import'))).toBe(`import { NatsRegion } from './nats-region.ts';

export class NatsWeur extends NatsRegion {
  static override readonly region = 'weur';
}

export class NatsApacNe extends NatsRegion {
  static override readonly region = 'apac-ne';
}
`);
});
