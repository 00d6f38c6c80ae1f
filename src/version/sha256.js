// @ts-check
/** The hash by which bytes are known, in a browser and in Node.js. */

/**
 * SHA-256 as hex, computed off the main thread by the runtime's own Web Crypto.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<string>}
 */
export async function sha256Hex(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  let hex = ''
  for (const byte of digest) hex += byte.toString(16).padStart(2, '0')
  return hex
}
