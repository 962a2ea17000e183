// What can go wrong with a NATS connection.

import { clearTimeout, setTimeout } from 'k6/timers';

/** What went wrong: as one word, for a tag, and as a message. */
export class NatsError extends Error {
  /**
   * @param {'refused' | 'timeout' | 'authorization' | 'protocol' | 'closed'} kind
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
    const timer = setTimeout(() => reject(new NatsError('timeout', `${message} within ${ms} ms`)), ms);
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
