// A file of the page of the live map, as the Worker carries it.

export interface PageFile {
  /** `content-type`. */
  readonly type: string;
  readonly text: string;
}
