import { expect, test } from 'vitest';
import * as contract from '../../api/headers.ts';
import * as paths from '../../api/paths.ts';
import { FORCE_REGION_HEADER, PATHS, regionOperationPath } from './api.js';

test('the scripts use the paths of the contract', () => {
  expect(paths.PATHS).toMatchObject(PATHS);
  for (const operation of ['drain', 'undrain'] as const)
    expect(regionOperationPath('weur', operation)).toBe(paths.regionOperationPath('weur', operation));
});

test('and its headers', () => {
  expect(FORCE_REGION_HEADER).toBe(contract.FORCE_REGION_HEADER);
});
