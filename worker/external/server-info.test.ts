import { expect, test } from 'vitest';
import { readInfo } from './server-info.ts';

test('what the edge needs of INFO', () => {
  const info = readInfo('INFO {"version":"2.15.1","ldm":true,"tls_required":true,"max_payload":1} \r\n');
  expect(info).toEqual({ version: '2.15.1', isLameDuck: true, needsTls: true });
  expect(readInfo('INFO {}\r\n')).toEqual({ isLameDuck: false, needsTls: false });
});

test('what follows INFO in the same message does not hinder', () => {
  expect(readInfo('INFO {"version":"2.10.0"}\r\nPING\r\n')).toMatchObject({ version: '2.10.0' });
});

test.each(['', 'INFO', 'INFO {', 'INFO null\r\n', 'info {}\r\n', 'HTTP/1.1 200 OK', "-ERR 'no'\r\n", '{}'])(
  '%j is no INFO',
  (text) => {
    expect(readInfo(text)).toBeUndefined();
  },
);

test('a version is no command to a terminal, and has one line', () => {
  const text = JSON.stringify({ version: '\u001b[31m2.15.1\r\nINFO' });
  expect(readInfo(`INFO ${text}\r\n`)?.version).toBe('[31m2.15.1 INFO');
});

test('a version is not longer than anybody needs', () => {
  expect(readInfo(`INFO {"version":"${'9'.repeat(1000)}"}`)?.version).toHaveLength(64);
});
