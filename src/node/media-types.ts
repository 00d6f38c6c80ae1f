/** Media types by file ending. */
import path from 'node:path'

/** What browsers play, and what belongs to it. Types that a browser would run are left out on purpose. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  // video
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.webm': 'video/webm',
  '.ogv': 'video/ogg',
  '.mov': 'video/quicktime',
  '.mkv': 'video/matroska',
  '.avi': 'video/x-msvideo',
  '.mpg': 'video/mpeg',
  '.mpeg': 'video/mpeg',
  '.3gp': 'video/3gpp',
  // audio
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
  '.wav': 'audio/wav',
  '.weba': 'audio/webm',
  // subtitles
  '.vtt': 'text/vtt; charset=utf-8',
  '.srt': 'application/x-subrip',
  // HLS and DASH
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.ts': 'video/mp2t',
  '.m2ts': 'video/mp2t',
  '.m4s': 'video/iso.segment',
  '.cmfv': 'video/mp4',
  '.cmfa': 'audio/mp4',
}

/** What is none of those: a browser saves it and never shows it. */
const OTHER = 'application/octet-stream'

/** The media type of a file by its name. Pure. */
export const mediaType = (name: string): string =>
  MEDIA_TYPES[path.posix.extname(name).toLowerCase()] ?? OTHER

/** A browser can play it on a page of its own, where a content security policy would keep it from playing. */
export const isPlayable = (type: string): boolean => /^(?:video|audio)\//.test(type)
