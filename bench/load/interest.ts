// Interest crosses a cluster without acknowledgement: a message published too early reaches no subscriber. So before a
// load begins, its publishing end sends its receiving end a request. Once the answer has arrived, earlier subscriptions
// of both ends are known everywhere, since routes forward subscriptions in order. Each asks for answers of its own: over a
// long link those to an earlier question may still be on their way.

import { randomUUID } from 'node:crypto';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectNats, type NatsSocket } from './nats-socket.ts';

const SUBJECT = 'interest.question';

const ASK_EVERY_MS = 20;
const TIMEOUT_MS = 10_000;

interface End {
  readonly url: string;
  readonly creds?: string | undefined;
}

/** For the receiving end, after its own subscriptions: answers until it is closed. */
export async function answerQuestions({ url, creds }: End): Promise<NatsSocket> {
  const socket = await connectNats(url, {
    creds,
    wantsReply: true,
    onMessage: (_, reply) => socket.write(`PUB ${reply} 0\r\n\r\n`),
  });
  socket.write(`SUB ${SUBJECT} 1\r\n`);
  await socket.ping();
  return socket;
}

/** For the publishing end, after its own subscriptions: returns once both ends hear each other. */
export async function askUntilAnswered({ url, creds }: End): Promise<void> {
  const answer = `interest.answer.${randomUUID()}`;
  let isAnswered = false;
  const socket = await connectNats(url, {
    creds,
    onMessage: () => {
      isAnswered = true;
    },
  });
  try {
    socket.write(`SUB ${answer} 1\r\n`);
    const options = { timeoutMs: TIMEOUT_MS, pollMs: ASK_EVERY_MS };
    await waitFor(`what is published at ${url} to arrive at the other end`, options, () => {
      if (!isAnswered) socket.write(`PUB ${SUBJECT} ${answer} 0\r\n\r\n`);
      return isAnswered;
    });
  } finally {
    socket.close();
  }
}
