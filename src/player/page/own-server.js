// @ts-check
/** Which node has served a page. Pure. */

/** Ways to write the address of one's own machine in an URL. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Is a node the server of a page? On one's own machine one port is one server, however the address was written.
 * @param {{ readonly url: string }} node
 * @param {string} origin web origin of the page
 */
export function isServerOf({ url }, origin) {
  const [node, page] = [new URL(url), new URL(origin)]
  if (node.origin === page.origin) return true
  const isHere = LOOPBACK.has(node.hostname) && LOOPBACK.has(page.hostname)
  return isHere && node.protocol === page.protocol && node.port === page.port
}
