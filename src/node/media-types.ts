/** Media types by file ending. */
import { mediaTypeOf } from '../version/media-type.js'

/** Beside what a video element plays. Types that a browser would run are left out on purpose. */
const MORE_TYPES: Readonly<Record<string, string>> = {
  // video that other programs play
  '.avi': 'video/x-msvideo',
  '.mpg': 'video/mpeg',
  '.mpeg': 'video/mpeg',
  '.3gp': 'video/3gpp',
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

/** The media type of a file by its name. Pure. */
export const mediaType = (name: string): string => mediaTypeOf(name, MORE_TYPES)

/** A browser can play it on a page of its own, where a content security policy would keep it from playing. */
export const isPlayable = (type: string): boolean => /^(?:video|audio)\//.test(type)
