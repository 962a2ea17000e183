// A client that publishes to another one and asks it, by turns.

import { keepSchedule } from './pace.js';

/** @typedef {{ sender: import('./flow.js').Sender, receiver: import('./flow.js').Receiver, asker: import('./asker.js').Asker }} Talking */

/**
 * @param {Talking} talking
 * @param {import('./pace.js').Schedule} schedule `everyMs`: between two messages, and between two requests, which are half
 *   of that away from them
 */
export function talkByTurns({ sender, receiver, asker }, { everyMs, ...schedule }) {
  let turn = 0;
  const isAsking = () => {
    turn += 1;
    return turn % 2 === 0;
  };
  return keepSchedule(
    { ...schedule, everyMs: everyMs / 2 },
    (dueMs) => {
      if (isAsking()) return asker.ask(dueMs);
      receiver.expect(dueMs);
      sender.send(dueMs);
    },
    () => (isAsking() ? asker : sender).skip(),
  );
}
