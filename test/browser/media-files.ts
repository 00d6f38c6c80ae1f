/** Files of every kind that somebody might copy to the nodes, made by ffmpeg once and kept for the next run. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Of those that are not said to be longer. */
export const SECONDS = 12
export const LONG_SECONDS = 7_200
/** How much of a file is left that is cut. */
const CUT_SHARE = 0.6

/** What somebody watching is to see of it, in a browser that has the codec. */
export type Expected = 'plays' | 'sound' | 'cut' | 'cut at once' | 'no video' | 'empty'

export interface MediaFile {
  readonly what: string
  readonly name: string
  readonly expected: Expected
}

/** ffmpeg's words for a test picture with a tone. */
const source = (seconds: number, picture = 'testsrc2=size=320x180:rate=25', extra = ''): string[] => [
  ...['-f', 'lavfi', '-i', `${picture}:duration=${seconds}`],
  ...['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}${extra}`],
]
const H264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-g',
  '25',
  '-c:a',
  'aac',
  '-b:a',
  '64k',
]
const FRONT = ['-movflags', '+faststart']
const FRAGMENTS = '+frag_keyframe+empty_moov+default_base_moof'
const SMALL = 'testsrc2=size=64x36:rate=1'
const TINY = [...H264.slice(0, -1), '8k', '-g', '10', '-ac', '1', '-ar', '8000']

/** what, name, expected, how: ffmpeg's arguments, or the file that it is cut from */
const FILES: readonly (readonly [string, string, Expected, readonly string[] | { cutFrom: string }])[] = [
  ['fast start', 'fast-start.mp4', 'plays', [...source(SECONDS), ...H264, ...FRONT]],
  ['index at the end', 'index-at-end.mp4', 'plays', [...source(SECONDS), ...H264]],
  ['fragmented, no index', 'fragmented.mp4', 'plays', [...source(SECONDS), ...H264, '-movflags', FRAGMENTS]],
  [
    'fragmented, with sidx',
    'fragmented-sidx.mp4',
    'plays',
    [...source(SECONDS), ...H264, '-movflags', `${FRAGMENTS}+global_sidx`],
  ],
  [
    'WebM',
    'webm.webm',
    'plays',
    [
      ...source(SECONDS),
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-b:v',
      '300k',
      '-c:a',
      'libopus',
    ],
  ],
  [
    'WebM without duration',
    'live.webm',
    'plays',
    [
      ...source(SECONDS),
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-b:v',
      '300k',
      '-c:a',
      'libopus',
      '-live',
      '1',
      '-f',
      'webm',
    ],
  ],
  [
    'HEVC',
    'hevc.mp4',
    'plays',
    [
      ...source(SECONDS),
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=error',
      '-tag:v',
      'hvc1',
      '-c:a',
      'aac',
      ...FRONT,
    ],
  ],
  ['MP3', 'tone.mp3', 'sound', ['-f', 'lavfi', '-i', `sine=duration=${SECONDS}`, '-c:a', 'libmp3lame']],
  ['M4A', 'tone.m4a', 'sound', ['-f', 'lavfi', '-i', `sine=duration=${SECONDS}`, '-c:a', 'aac', ...FRONT]],
  ['no sound', 'silent.mp4', 'plays', [...source(SECONDS).slice(0, 4), ...H264.slice(0, 8), ...FRONT]],
  ['1080p60', 'large.mp4', 'plays', [...source(6, 'testsrc2=size=1920x1080:rate=60'), ...H264, ...FRONT]],
  [
    '2 h of tiny bitrate, index in front',
    'long.mp4',
    'plays',
    [...source(LONG_SECONDS, SMALL, ':sample_rate=8000'), ...TINY, ...FRONT],
  ],
  [
    '2 h of tiny bitrate, index at the end',
    'long-index-at-end.mp4',
    'plays',
    [...source(LONG_SECONDS, SMALL, ':sample_rate=8000'), ...TINY],
  ],
  [
    'rotated',
    'rotated.mp4',
    'plays',
    ['-i', 'fast-start.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', ...FRONT],
  ],
  [
    'variable frame rate',
    'variable.mp4',
    'plays',
    [
      ...source(SECONDS),
      '-vf',
      "select='lt(mod(n,25),3)+gt(mod(n,50),25)'",
      '-fps_mode',
      'vfr',
      ...H264,
      ...FRONT,
    ],
  ],
  ['cut, index in front', 'cut.mp4', 'cut', { cutFrom: 'fast-start.mp4' }],
  ['cut, index at the end', 'cut-index-at-end.mp4', 'cut at once', { cutFrom: 'index-at-end.mp4' }],
  ['QuickTime', 'quicktime.mov', 'plays', [...source(SECONDS), ...H264]],
  ['Matroska', 'matroska.mkv', 'plays', [...source(SECONDS), ...H264]],
  [
    'Theora',
    'theora.ogv',
    'plays',
    [...source(SECONDS), '-c:v', 'libtheora', '-q:v', '5', '-c:a', 'libvorbis'],
  ],
  [
    'odd name in folders',
    "week 1/ä #1 100% 'q' & 雪.mp4",
    'plays',
    ['-i', 'fast-start.mp4', '-c', 'copy', ...FRONT],
  ],
  [
    'two sound tracks',
    'two-tracks.mp4',
    'plays',
    [
      ...source(SECONDS),
      '-f',
      'lavfi',
      '-i',
      `sine=frequency=880:duration=${SECONDS}`,
      '-map',
      '0',
      '-map',
      '1',
      '-map',
      '2',
      ...H264,
      ...FRONT,
    ],
  ],
]

/** Named like videos; what is in them stands here. */
const TEXTS: readonly (readonly [string, string, Expected, string])[] = [
  ['text named .mp4', 'text.mp4', 'no video', 'Dear class, this is no video.\n'.repeat(2_000)],
  ['empty', 'empty.mp4', 'empty', ''],
]

/** All of them, in the order of a table. */
export const MEDIA_FILES: readonly MediaFile[] = [...FILES, ...TEXTS].map(([what, name, expected]) => ({
  what,
  name,
  expected,
}))

/** Raise the number when what is made changes. */
const FOLDER = path.join(tmpdir(), 'browser-test-media-1')

/**
 * Makes those that are missing; takes a minute the first time.
 * @returns the folder they are in
 */
export function makeMediaFiles(): string {
  mkdirSync(FOLDER, { recursive: true })
  for (const [, name, , how] of FILES) {
    make(name, (file) => {
      if ('cutFrom' in how) return writeFileSync(file, cut(readFileSync(path.join(FOLDER, how.cutFrom))))
      execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...how, file], { cwd: FOLDER })
    })
  }
  for (const [, name, , text] of TEXTS) make(name, (file) => writeFileSync(file, text))
  return FOLDER
}

/** Whole or not at all: a run that was ended leaves nothing half-made behind. */
function make(name: string, write: (file: string) => void): void {
  const file = path.join(FOLDER, name)
  if (existsSync(file)) return
  mkdirSync(path.dirname(file), { recursive: true })
  const unfinished = path.join(FOLDER, `unfinished-${process.pid}-${path.basename(name)}`)
  try {
    write(unfinished)
    renameSync(unfinished, file)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

const cut = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(CUT_SHARE * bytes.length))
