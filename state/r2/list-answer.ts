// What ListObjectsV2 answers: keys with their etags, and where the next page begins. Pure.

import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  /** As S3 writes it: an ISO date. */
  readonly modified: string;
  readonly bytes: number;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/** @throws ParseError for what is no XML, Error for what is no such answer */
export function parseListPage(xml: string): ListPage {
  const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml');
  const root = document.documentElement;
  if (root?.localName !== 'ListBucketResult') throw new Error('it does not answer as S3 does');
  const objects = elements(root, 'Contents').map((each) => ({
    key: textOf(each, 'Key') ?? '',
    etag: textOf(each, 'ETag') ?? '',
    modified: textOf(each, 'LastModified') ?? '',
    bytes: Number(textOf(each, 'Size') ?? 0),
  }));
  return { objects, next: textOf(root, 'NextContinuationToken') };
}

/** The code of an error's answer, such as `NoSuchBucket`. */
export function errorCodeIn(xml: string): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
}

function elements(parent: Element, name: string): readonly Element[] {
  return Array.from(parent.getElementsByTagName(name));
}

function textOf(parent: Element, name: string): string | undefined {
  return elements(parent, name)[0]?.textContent ?? undefined;
}
