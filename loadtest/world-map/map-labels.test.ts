import { expect, test } from 'vitest';
import { placeLabels } from './map-labels.ts';

test('a label is right of its marker where that is free', () => {
  expect(placeLabels([{ text: 'weur', at: [100, 100] }], [])).toMatchObject([{ anchor: 'start' }]);
});

test('a label gives way to clients', () => {
  expect(placeLabels([{ text: 'weur', at: [100, 100] }], [[125, 100]])).toMatchObject([{ anchor: 'end' }]);
});

test('a label gives way to the marker of another region and to its label', () => {
  const [left, right] = placeLabels(
    [
      { text: 'weur', at: [100, 100] },
      { text: 'eeur', at: [130, 100] },
    ],
    [],
  );
  expect(left).toMatchObject({ text: 'weur', anchor: 'end' });
  expect(right).toMatchObject({ text: 'eeur', anchor: 'start' });
});
