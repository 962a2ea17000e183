// Connections of Meridian's own to its servers: those that back streams up and restore them.

/** How they are called in `connz`, so that none is taken for a client. */
export const OWN_NAME = 'meridian';
