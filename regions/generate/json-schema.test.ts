import { expect, test } from 'vitest';
import { generateJsonSchema } from './json-schema.ts';

const schema = JSON.parse(generateJsonSchema());
const region = schema.properties.regions.items;

test('unknown keys are refused at every level', () => {
  const custom = region.properties.instanceType.anyOf[1];
  for (const object of [schema, schema.properties.mesh, region, region.properties.limits, custom]) {
    expect(object.additionalProperties).toBe(false);
  }
});

test('only the fields without a default are required', () => {
  expect(schema.required).toEqual(['regions']);
  expect(region.required).toEqual(['id', 'latitude', 'longitude']);
});

test('an external region needs an address, and any other one a place', () => {
  expect(region.anyOf).toEqual([{ required: ['hint', 'placement'] }, { required: ['kind', 'url'] }]);
});

test('every field has a description', () => {
  for (const field of [...Object.values(schema.properties), ...Object.values(region.properties)]) {
    expect(field).toHaveProperty('description');
  }
});
