/** Files as ffmpeg and other programs make them, and what is wrong with them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeNotice } from '../../src/cli/replicate-notices.ts'
import { checkMedia } from '../../src/media-check/check.ts'
import type { MediaFinding } from '../../src/media-check/finding.ts'
import { temporaryFolder } from '../helpers/storage.ts'

async function check(file: string): Promise<MediaFinding | undefined> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    return await checkMedia(path.basename(file), size, async (position, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    })
  } finally {
    await handle.close()
  }
}

const checkBytes = (name: string, bytes: Uint8Array): Promise<MediaFinding | undefined> =>
  checkMedia(name, bytes.length, async (position, length) => bytes.subarray(position, position + length))

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const box = (type: string, contentBytes = 100): Buffer =>
  Buffer.concat([u32(8 + contentBytes), Buffer.from(type, 'latin1'), Buffer.alloc(contentBytes)])
const ftyp = Buffer.concat([u32(16), Buffer.from('ftypisom'), u32(512)])
const longMdat = Buffer.concat([u32(1), Buffer.from('mdat'), u32(0), u32(116), Buffer.alloc(100)])
const endlessMdat = Buffer.concat([u32(0), Buffer.from('mdat'), Buffer.alloc(100)])
const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts)

const CUT = (missingBytes: number, playsBeginning: boolean) => ({ kind: 'cut', missingBytes, playsBeginning })

test.for<[what: string, bytes: Buffer, finding: object | undefined]>([
  ['the index in front', join(ftyp, box('moov'), box('mdat')), undefined],
  ['the index at the end', join(ftyp, box('mdat'), box('moov')), { kind: 'index at end' }],
  [
    'boxes of no importance between',
    join(ftyp, box('free'), box('moov'), box('uuid'), box('mdat')),
    undefined,
  ],
  ['a box of 64 bits', join(ftyp, box('moov'), longMdat), undefined],
  ['a box to the end of the file', join(ftyp, box('moov'), endlessMdat), undefined],
  ['fragments', join(ftyp, box('moov'), box('moof'), box('mdat'), box('moof'), box('mdat')), undefined],
  ['no ftyp, as old cameras have it', join(box('wide', 0), box('moov'), box('mdat')), undefined],
  ['zeros behind the last box', join(ftyp, box('moov'), box('mdat'), Buffer.alloc(5)), undefined],
  ['media that end early', join(ftyp, box('moov'), box('mdat').subarray(0, 60)), CUT(48, true)],
  ['media that end early, the index behind', join(ftyp, box('mdat').subarray(0, 60)), CUT(48, false)],
  ['an index that ends early', join(ftyp, box('mdat'), box('moov').subarray(0, 107)), CUT(1, false)],
  ['a long box that ends early', join(ftyp, box('moov'), longMdat.subarray(0, 100)), CUT(16, true)],
  [
    'an index to the end of the file',
    join(ftyp, box('mdat'), u32(0), Buffer.from('moov'), Buffer.alloc(9)),
    { kind: 'index at end' },
  ],
  ['media and nothing else', join(ftyp, box('mdat')), { kind: 'no index' }],
  ['an endless box in front of the index', join(ftyp, endlessMdat, box('moov')), { kind: 'no index' }],
  ['nothing but its head', ftyp, { kind: 'no index' }],
  ['half a head', ftyp.subarray(0, 12), CUT(4, false)],
  ['a box of no size', join(ftyp, u32(3), Buffer.from('mdat')), { kind: 'no index' }],
])('an MP4 with %s', async ([, bytes, finding]) => {
  expect(await checkBytes('x.mp4', bytes)).toEqual(finding)
})

test.for<[what: string, name: string, content: Buffer | string, finding: object | undefined]>([
  ['nothing', 'x.mp4', '', { kind: 'empty' }],
  ['text', 'x.mp4', 'Dear all,\nthis is no video: sch\u00f6n.\n', { kind: 'no media', found: 'text' }],
  ['text cut in a letter', 'x.mp4', Buffer.from('\u00e9'.repeat(3000)), { kind: 'no media', found: 'text' }],
  [
    'a page',
    'x.webm',
    '\n<!DOCTYPE html><title>404</title>',
    { kind: 'no media', found: 'an HTML or XML page' },
  ],
  ['a PDF', 'x.mp4', '%PDF-1.7', { kind: 'no media', found: 'a PDF document' }],
  ['an archive', 'x.mov', Buffer.from('504b030414', 'hex'), { kind: 'no media', found: 'a ZIP archive' }],
  [
    'a picture of an iPhone',
    'x.mov',
    Buffer.from('\0\0\0\x18ftypheic'),
    { kind: 'no media', found: 'an image' },
  ],
  ['zeros', 'x.mp4', Buffer.alloc(5000), { kind: 'no media', found: 'nothing but zeros' }],
  [
    'noise',
    'x.mp4',
    Buffer.from('0102030405060708', 'hex'),
    { kind: 'no media', found: expect.stringContaining('known') },
  ],
  ['capitals in its name', 'X.MP4', 'text', { kind: 'no media', found: 'text' }],
  ['subtitles', 'x.vtt', 'WEBVTT', undefined],
  ['a playlist', 'x.m3u8', '#EXTM3U', undefined],
  ['notes', 'notes.txt', 'text', undefined],
  ['no ending', 'notes', '', undefined],
  ['an MP3 without a tag', 'x.mp3', Buffer.from('fffb9064', 'hex'), undefined],
  ['an MP3 behind some zeros', 'x.mp3', Buffer.from('000000fffb9064', 'hex'), undefined],
  ['AAC', 'x.aac', Buffer.from('fff15080', 'hex'), undefined],
])('a file of %s', async ([, name, content, finding]) => {
  expect(await checkBytes(name, Buffer.from(content))).toEqual(finding)
})

const canMake = spawnSync('ffmpeg', ['-version']).status === 0

describe.skipIf(!canMake)('as ffmpeg makes it', () => {
  const PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=10:duration=2']
  const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=2']
  const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']
  const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime']

  function make(name: string, ...words: string[]): string {
    const file = path.join(temporaryFolder(), name)
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...words, file])
    return file
  }
  const cutAt = (file: string, share: number): string => {
    truncateSync(file, Math.floor(statSync(file).size * share))
    return file
  }
  const FAST = ['-movflags', '+faststart']
  const FRAGMENTS = ['-movflags', '+frag_keyframe+empty_moov', '-g', '5']
  const UNCUT = 1

  test.for<[what: string, name: string, words: string[], share: number, finding: object | undefined]>([
    ['index in front', 'a.mp4', [...PICTURE, ...H264, ...FAST], UNCUT, undefined],
    ['index at the end', 'a.mp4', [...PICTURE, ...H264], UNCUT, { kind: 'index at end' }],
    ['fragments', 'a.mp4', [...PICTURE, ...H264, ...FRAGMENTS], UNCUT, undefined],
    ['a .mov', 'a.mov', [...PICTURE, ...H264, ...FAST], UNCUT, undefined],
    ['M4A', 'a.m4a', [...SOUND, ...FAST], UNCUT, undefined],
    ['MP3', 'a.mp3', [...SOUND], UNCUT, undefined],
    ['MP3 without a tag', 'a.mp3', [...SOUND, '-id3v2_version', '0', '-write_xing', '0'], UNCUT, undefined],
    ['AAC', 'a.aac', [...SOUND], UNCUT, undefined],
    ['FLAC', 'a.flac', [...SOUND], UNCUT, undefined],
    ['WAV', 'a.wav', [...SOUND], UNCUT, undefined],
    ['Ogg', 'a.ogg', [...SOUND, '-c:a', 'libvorbis'], UNCUT, undefined],
    ['WebM', 'a.webm', [...PICTURE, ...VP8], UNCUT, undefined],
    ['WebM as it is recorded live', 'a.webm', [...PICTURE, ...VP8, '-live', '1'], UNCUT, undefined],
    ['Matroska', 'a.mkv', [...PICTURE, ...H264], UNCUT, undefined],
    ['AVI', 'a.avi', [...PICTURE], UNCUT, { kind: 'other format', format: 'AVI' }],
    ['MPEG', 'a.mpg', [...PICTURE, '-r', '25'], UNCUT, { kind: 'other format', format: 'MPEG-1 or MPEG-2' }],
    [
      'a transport stream named .mp4',
      'a.mp4',
      [...PICTURE, ...H264, '-f', 'mpegts'],
      UNCUT,
      { kind: 'other format', format: 'MPEG transport stream' },
    ],
    [
      '60 % of it, index in front',
      'a.mp4',
      [...PICTURE, ...H264, ...FAST],
      0.6,
      CUT(expect.any(Number) as number, true),
    ],
    [
      '60 % of it, index at the end',
      'a.mp4',
      [...PICTURE, ...H264],
      0.6,
      CUT(expect.any(Number) as number, false),
    ],
    [
      '60 % of its fragments',
      'a.mp4',
      [...PICTURE, ...H264, ...FRAGMENTS],
      0.6,
      CUT(expect.any(Number) as number, true),
    ],
    ['60 % of a WebM', 'a.webm', [...PICTURE, ...VP8], 0.6, CUT(expect.any(Number) as number, true)],
    ['60 % of a WAV', 'a.wav', [...SOUND], 0.6, CUT(expect.any(Number) as number, true)],
  ])('%s', async ([, name, words, share, finding]) => {
    expect(await check(cutAt(make(name, ...words), share))).toEqual(finding)
  })

  test.for<[what: string, name: string, words: string[], share: number]>([
    ['index at the end', "it's a `talk`.mp4", [...PICTURE, ...H264], UNCUT],
    ['AVI', '-f $HOME & co.avi', [...PICTURE], UNCUT],
    ['cut, index in front', 'a b.mp4', [...PICTURE, ...H264, ...FAST], 0.6],
  ])('the command that is printed for %s makes a file without a fault when it is pasted', async ([
    ,
    name,
    words,
    share,
  ]) => {
    const made = cutAt(make(`a${path.extname(name)}`, ...words), share)
    const folder = temporaryFolder()
    const file = path.join(folder, name)
    copyFileSync(made, file)
    const finding = await check(file)
    if (finding === undefined) throw new Error('Nothing was found')
    const where = { platform: process.platform, userFolder: folder, projectFolder: '/', config: undefined }
    const line = describeNotice({ kind: 'media', finding }, file, name, where)
    const command = /ffmpeg -i .*/.exec(line)?.[0] ?? line
    execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'pipe' })
    const out = ['-faststart.mp4', '-converted.mp4', '-beginning.mp4']
      .map((ending) => path.join(folder, `${path.parse(name).name}${ending}`))
      .find((candidate) => existsSync(candidate))
    expect(out).toBeDefined()
    expect(['index at end', undefined]).toContain((await check(out ?? ''))?.kind)
    if (finding.kind === 'index at end') expect(await check(out ?? '')).toBeUndefined()
  })

  test('the video of this project has nothing wrong with it', async () => {
    expect(await check('media/demo.mp4')).toBeUndefined()
  })

  test('a file is looked at, not read', async () => {
    const file = make('a.mp4', ...PICTURE, ...H264, ...FAST)
    const bytes = readFileSync(file)
    let readBytes = 0
    await checkMedia('a.mp4', bytes.length, async (position, length) => {
      readBytes += length
      return bytes.subarray(position, position + length)
    })
    expect(readBytes).toBeLessThan(6000)
    writeFileSync(file, '')
  })
})
