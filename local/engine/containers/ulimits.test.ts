import { expect, test } from 'vitest';
import { ulimitsFor } from './ulimits.ts';

const status = (user: number, capabilities: string) =>
  `Name:\tnode\nUid:\t1000\t${user}\t${user}\t${user}\nCapPrm:\t000001ffffffffff\nCapEff:\t${capabilities}\nSeccomp:\t0\n`;
const limits = (files: string, processes: string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max processes             ${processes}                 ${processes}                processes
Max open files            1024                 ${files}                files
Max locked memory         unlimited            unlimited            bytes
`;
const ALL_BUT_SYS_RESOURCE = '000001fffeffffff';
const ALL = '000001ffffffffff';

test('root without the right to raise limits gives containers its own', () => {
  expect(ulimitsFor(status(0, ALL_BUT_SYS_RESOURCE), limits('20000', '96365'), 4_194_304)).toEqual([
    { name: 'nofile', value: 20_000 },
    { name: 'nproc', value: 96_365 },
  ]);
});

test.each(['96365', 'unlimited'])('of %s processes there are no more than the kernel has', (processes) => {
  const given = ulimitsFor(status(0, ALL_BUT_SYS_RESOURCE), limits('unlimited', processes), 32_768);
  expect(given).toEqual([{ name: 'nproc', value: 32_768 }]);
});

test.each([
  ['root with that right', status(0, ALL), limits('20000', '96365')],
  [
    'another user, whose podman takes its own limits',
    status(1000, '0000000000000000'),
    limits('1024', '500'),
  ],
  [
    'root whose limits are as high as what podman asks for',
    status(0, ALL_BUT_SYS_RESOURCE),
    limits('1048576', 'unlimited'),
  ],
  ['a system that tells neither', '', ''],
])('%s leaves them to the engine', (_, ...texts: [string, string]) => {
  expect(ulimitsFor(...texts, 4_194_304)).toEqual([]);
});
