// Interest crosses a cluster without a receipt: what is published too early is heard by nobody. So before a load
// begins its publishing end asks its receiving end a question. What both ends subscribed to before is known everywhere
// once the answer is there, since routes pass subscriptions on in their order.

import { connectNats, type NatsSocket } from './nats-socket.ts';

const SUBJECT = 'interest.question';
const ANSWER = 'interest.answer';

const ASK_EVERY_MS = 20;
const TIMEOUT_MS = 10_000;

/** For the receiving end, after its own subscriptions: answers until it is closed. */
export async function answerQuestions(url: string): Promise<NatsSocket> {
  const socket = await connectNats(url, { onMessage: () => socket.write(`PUB ${ANSWER} 0\r\n\r\n`) });
  socket.write(`SUB ${SUBJECT} 1\r\n`);
  await socket.ping();
  return socket;
}

/** For the publishing end, after its own subscriptions: returns once both ends hear each other. */
export async function askUntilAnswered(url: string): Promise<void> {
  let isAnswered = false;
  const socket = await connectNats(url, {
    onMessage: () => {
      isAnswered = true;
    },
  });
  try {
    socket.write(`SUB ${ANSWER} 1\r\n`);
    for (let waited = 0; !isAnswered; waited += ASK_EVERY_MS) {
      if (waited > TIMEOUT_MS)
        throw new Error(
          `nothing that is published at ${url} arrives at the other end within ${TIMEOUT_MS} ms`,
        );
      socket.write(`PUB ${SUBJECT} 0\r\n\r\n`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  } finally {
    socket.close();
  }
}
