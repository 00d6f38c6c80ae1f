// @ts-check
/** What an entity tag proves. Those of this project's nodes are the SHA-256 of the file; other servers have others. */

const CONTENT_TAG = /^"([0-9a-f]{64})"$/

/**
 * Reads the hash of a file from its entity tag. Pure.
 * @param {string | null | undefined} etag the field value
 * @returns {string | undefined} SHA-256, lower-case hex; `undefined`: there is none, or one that proves nothing
 * @see RFC 9110 §8.8.3
 */
export const hashOfTag = (etag) => CONTENT_TAG.exec(etag ?? '')?.[1]
