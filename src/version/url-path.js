// @ts-check
/** Where a file is found on a node: its storage name as the path of a URL. Pure. */

/**
 * A storage name as the path of a URL, without the first slash: `week%201/talk.mp4`.
 * @param {string} name
 */
export const encodeStorageName = (name) => name.split('/').map(encodeURIComponent).join('/')

/**
 * Where a node has a file.
 * @param {{ readonly url: string }} node
 * @param {string} name storage name
 */
export const fileUrl = ({ url }, name) => `${url}/${encodeStorageName(name)}`
