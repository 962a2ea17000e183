// The one error of this folder. Its message is for people: what happened, and the likely fix.

export class ImageError extends Error {
  override readonly name = 'ImageError';
}
