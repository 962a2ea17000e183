// A bucket whose calls are counted: one request may make only so many.

/** A call that is one too many is not made: R2 would refuse it, and all that the request does after it. */
export class TooManyCallsError extends Error {
  override readonly name = 'TooManyCallsError';

  constructor(most: number) {
    super(`this request has made ${most} calls of R2, and may make no more`);
  }
}

/** A bucket, and how many calls of it were made. */
export interface CountedBucket {
  readonly r2: R2Bucket;
  readonly made: () => number;
}

/** @param most calls; the next one rejects with a TooManyCallsError */
export function countedCalls(bucket: R2Bucket, most: number): CountedBucket {
  let made = 0;
  const r2 = new Proxy(bucket, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        if (made >= most) throw new TooManyCallsError(most);
        made += 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { r2, made: () => made };
}
