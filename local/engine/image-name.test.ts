import { expect, test } from 'vitest';
import { imageName, limitsOf } from './image-name.ts';

test.each([
  { vcpu: 0.0625, memoryMib: 256 },
  { vcpu: 4, memoryMib: 12_288 },
])('what a container may use, %j, is told by the name of its image', (limits) => {
  expect(limitsOf(imageName(limits))).toEqual(limits);
});

test.each(['', 'nats', imageName(), 'elsewhere/nats-server:1vcpu-256mib'])(
  '%j tells of no limits',
  (name) => {
    expect(limitsOf(name)).toBeUndefined();
  },
);
