// Questions over plain HTTP, and their answers.

import http from 'k6/http';

/** Questions about the target must not outlast the run: k6 itself would wait for a minute. */
export const ANSWER_WITHIN = '3s';

/** Every status is checked by who asks; k6 itself should count none as a failure. */
export const ANY_STATUS = http.expectedStatuses({ min: 100, max: 599 });

/** @param {import('k6/http').Response} response @returns {any} undefined if it is not JSON */
export function jsonOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}
