// When servers of a region count as equally full: for clients that come, and for those that are moved.

/**
 * Share of a server's capacity. With less a client behind an address of many finds its server less often, with more the
 * servers differ more: tools/simulate/server-order.test.ts counts both.
 */
export const EVEN_WITHIN = 0.05;
