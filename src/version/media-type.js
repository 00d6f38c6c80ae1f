// @ts-check
/** Media types of what a video element plays, by file ending. A node knows more of them, see node/media-types.ts. */

/** @type {Readonly<Record<string, string>>} */
const PLAYED_TYPES = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.webm': 'video/webm',
  '.ogv': 'video/ogg',
  '.mov': 'video/quicktime',
  '.mkv': 'video/matroska',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
  '.wav': 'audio/wav',
  '.weba': 'audio/webm',
}

/** What is none of those: a browser saves it and never shows it. */
const OTHER = 'application/octet-stream'

/**
 * The media type of a file by its name. Pure.
 * @param {string} name storage name
 * @param {Readonly<Record<string, string>>} [more] further types, by ending in lower case with its dot
 */
export function mediaTypeOf(name, more = {}) {
  const ending = /[^/](\.[^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return PLAYED_TYPES[ending] ?? more[ending] ?? OTHER
}
