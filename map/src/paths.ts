/** The way of a message: of the paths of the API the one that api/paths.ts does not have. */
export const TRACE_PATH = '/api/trace';
