// What can go wrong with a NATS connection.

import { clearTimeout, setTimeout } from 'k6/timers';

/**
 * - `refused`: nobody answers, or the upgrade is answered with a status that none of the other words says
 * - `unavailable`: the upgrade is answered with 503
 * - `residency`: with 451
 * - `authorization`: with 401 or 403, or the server says so itself
 * - `timeout`: no answer in time
 * - `protocol`: what comes is not NATS, or the server reports a violation
 * - `closed`: the connection ended
 *
 * @typedef {'refused' | 'unavailable' | 'residency' | 'authorization' | 'timeout' | 'protocol' | 'closed'} ErrorKind
 */

/** What went wrong: as one word, for a tag, and as a message. */
export class NatsError extends Error {
  /**
   * @param {ErrorKind} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.name = 'NatsError';
    this.kind = kind;
  }
}

/** @param {string} error nats-server's own text */
export function errorOf(error) {
  return new NatsError(/authoriz|authentic/i.test(error) ? 'authorization' : 'protocol', error);
}

/** @param {number} status with which an upgrade was answered @returns {ErrorKind} */
export function kindOfStatus(status) {
  if (status === 401 || status === 403) return 'authorization';
  if (status === 451) return 'residency';
  return status === 503 ? 'unavailable' : 'refused';
}

/**
 * The promise, or a NatsError once the time is over.
 *
 * @template T
 * @param {number} ms
 * @param {string} message
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(ms, message, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new NatsError('timeout', `${message} within ${Math.round(ms)} ms`)),
      Math.max(0, ms),
    );
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
