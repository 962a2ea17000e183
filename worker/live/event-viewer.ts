// Somebody who looks by server-sent events: a stream that is written to as fast as it is read.

/** What is sent, and how one knows that it is gone. */
export interface EventViewer {
  readonly response: Response;
  /** False while what was sent before is not read yet: then nothing is sent. */
  readonly send: (text: string) => boolean;
  /** Resolves when nobody reads any longer. */
  readonly gone: Promise<void>;
  readonly end: () => void;
}

export function eventViewer(): EventViewer {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let isBusy = false;
  const end = () => void writer.close().catch(() => undefined);
  return {
    response: new Response(readable, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    }),
    send: (text) => {
      if (isBusy) return false;
      isBusy = true;
      writer.write(encoder.encode(`data: ${text}\n\n`)).then(
        () => {
          isBusy = false;
        },
        () => undefined,
      );
      return true;
    },
    gone: writer.closed.catch(() => undefined),
    end,
  };
}
