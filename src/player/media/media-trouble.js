// @ts-check
/** @import { MediaFacts } from './media-facts.js' */
/** Why a file does not play here, although every node is well: in words, with what to do. Pure. */

import { formatClock } from '../../words/in-words.js'
import { shellFile } from './shell-word.js'

/**
 * What the video element shows.
 * - `error`: it gave up, with the code of a `MediaError`, at this second
 * - `no picture`: it plays sound, of a file that has pictures
 * - `ended early`: it came to an end before the file's own
 * - `stuck`: it stands at this second, with the next ones there, however often it begins again
 * @typedef {{ kind: 'error', code: number, message: string, seconds: number }
 *   | { kind: 'no picture' }
 *   | { kind: 'ended early', seconds: number, ofSeconds: number }
 *   | { kind: 'stuck', seconds: number }} MediaSymptom
 */
/**
 * What a person reads, and may do.
 * @typedef {object} MediaTrouble
 * @property {string} title
 * @property {string} why what is wrong, and whether another browser would play it
 * @property {string} todo
 * @property {string} command '' when no command helps
 * @property {boolean} isSilent is there nothing to see and nothing to hear?
 */

/** What people call a codec, and who plays it. @type {readonly (readonly [RegExp, name: string, elsewhere: string])[]} */
const CODECS = [
  [
    /^hvc1|^hev1|^dvh|HEVC/,
    'HEVC (H.265)',
    'Safari plays it; Chrome and Edge do where the machine decodes it.',
  ],
  [/theora/i, 'Theora', 'Today’s browsers play it no more; VLC does.'],
  [/^av01|AV1/, 'AV1', 'Newer browsers play it.'],
  [/^vp09|VP9/, 'VP9', 'Other browsers play it.'],
  [/^avc|AVC/, 'H.264', 'Other browsers may play it.'],
  [/^mp4v|MPEG4\/ISO\/A?SP/, 'MPEG-4 Part 2', 'No browser plays it; VLC does.'],
  [/^ap[c4]/, 'ProRes', 'Only Safari plays it.'],
]
/** The code of a `MediaError` that the network is to blame for. */
const NETWORK = 2
/** What Firefox says of a file with sound only where there is no sound card. */
const NO_OUTPUT = /MediaSinkAudioError|CUBEB/i
const THEN = 'then replicate the new file'
const CONVERT = `This makes a file that all browsers play; ${THEN}:`

/**
 * Explains what the video shows by what the file is.
 * @param {MediaSymptom} symptom
 * @param {MediaFacts | undefined} facts `undefined`: not known, or not yet
 * @param {string} name of the file
 * @returns {MediaTrouble}
 */
export function describeMediaTrouble(symptom, facts, name) {
  const file = name.split('/').at(-1) ?? name
  const isSilent = symptom.kind === 'error' && symptom.seconds === 0 // later there is a picture, which stays
  const { cut } = facts ?? {}
  if (cut !== undefined && isAtCut(symptom, cut)) return { ...describeCut(cut, file), isSilent }
  if (symptom.kind === 'error' && NO_OUTPUT.test(symptom.message)) {
    const why = `The browser finds nothing on this machine to play sound with. ${file} is not the cause.`
    const todo = 'Connect loudspeakers or headphones, then reload the page.'
    return { title: 'This machine has no sound', why, todo, command: '', isSilent }
  }
  if (symptom.kind === 'stuck') {
    const why = `The next seconds of ${file} are here, and this browser shows none of them, though the page began again a few times. No node is the cause.`
    const todo = 'Reload the page, or try another browser.'
    return { title: 'This browser does not play on', why, todo, command: '', isSilent }
  }
  if (symptom.kind === 'ended early') {
    const why = `The file says that it has ${formatClock(symptom.ofSeconds)}; this browser finds no more than ${formatClock(symptom.seconds)}. Another browser may play all of it.`
    const todo = `This writes its index anew; ${THEN}:`
    return { title: 'The video ends too early', why, todo, command: copyCommand(file), isSilent }
  }
  if (facts?.container === 'unknown' && isSilent) {
    const why = `${file} is named like a video, but its bytes are none that a browser knows. No browser plays it.`
    const todo = 'Copy the right file to the nodes.'
    return { title: 'This is no video', why, todo, command: '', isSilent }
  }
  if (facts?.container === 'foreign' && isSilent) {
    const why = `Whatever its name says, ${file} is ${article(facts.format)} file. No browser plays those.`
    return {
      title: 'No browser plays this file',
      why,
      todo: CONVERT,
      command: convertCommand(file),
      isSilent,
    }
  }
  return { ...describeCodec(symptom, facts, file), isSilent }
}

/**
 * Can trying again change anything? What the network did it may undo; what stands in the file stays.
 * @param {Extract<MediaSymptom, { kind: 'error' }>} symptom
 * @param {MediaFacts | undefined} facts
 */
export const isHopeless = (symptom, facts) =>
  symptom.code !== NETWORK &&
  facts !== undefined &&
  (facts.container === 'unknown' ||
    facts.container === 'foreign' ||
    (facts.cut !== undefined && isAtCut(symptom, facts.cut)))

/** Before the last second there is, a decoder may stop already: it wants a few pictures ahead. */
const CUT_SLACK_SECONDS = 2

/**
 * @param {MediaSymptom} symptom
 * @param {NonNullable<MediaFacts['cut']>} cut
 */
function isAtCut(symptom, { atSeconds }) {
  if (symptom.kind === 'no picture' || symptom.kind === 'stuck') return false
  return atSeconds === undefined || symptom.seconds >= atSeconds - CUT_SLACK_SECONDS
}

/**
 * @param {NonNullable<MediaFacts['cut']>} cut
 * @param {string} file
 */
function describeCut({ atSeconds, ofSeconds }, file) {
  const title = 'This file is cut off'
  const again = 'Copy it again from where it came from.'
  if (atSeconds === undefined || ofSeconds === undefined) {
    const why = `The end of ${file} is missing, and with it the index without which nothing plays it, in any browser.`
    return { title, why, todo: again, command: '' }
  }
  const why = `${file} has ${formatClock(atSeconds)} of ${formatClock(ofSeconds)}: its end is missing, in every browser.`
  return { title, why, todo: `${again} This keeps what is there:`, command: copyCommand(file) }
}

/**
 * @param {MediaSymptom} symptom
 * @param {MediaFacts | undefined} facts
 * @param {string} file
 */
function describeCodec(symptom, facts, file) {
  const code = facts?.pictures
  const [, codec, elsewhere] = CODECS.find(([pattern]) => code !== undefined && pattern.test(code)) ?? []
  const isLate = symptom.kind === 'error' && symptom.seconds > 0
  const what = codec ?? (code === undefined ? undefined : `a codec named ${code}`)
  const other = elsewhere ?? 'Another browser may play it.'
  const help = { todo: CONVERT, command: convertCommand(file) }
  if (symptom.kind === 'no picture') {
    const why = `This browser cannot decode the pictures, which are ${what ?? 'in a codec that it does not know'}. ${other}`
    return { title: 'Sound without a picture', why, ...help }
  }
  if (isLate) {
    const why = `At ${formatClock(symptom.seconds)} this browser finds something in ${file} that it cannot decode. Another browser may go on.`
    return { title: 'The video is damaged here', why, ...help }
  }
  const why = `This browser cannot decode ${file}${what === undefined ? '' : ` (${what})`}. ${other}`
  return { title: 'This browser cannot play the video', why, ...help }
}

/** @param {string} file */
const convertCommand = (file) =>
  SOUND_NAME.test(file)
    ? ffmpeg(file, '-vn -c:a aac', '-aac.m4a')
    : ffmpeg(file, '-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart', '-h264.mp4')

const SOUND_NAME = /\.(?:mp3|m4a|aac|ogg|oga|opus|flac|wav|weba)$/i

/** Bytes as they are, with a new index in front. @param {string} file */
const copyCommand = (file) => ffmpeg(file, '-c copy -movflags +faststart', '-whole.mp4')

/**
 * `talk.mov` → `talk-h264.mp4`
 * @param {string} file
 * @param {string} options
 * @param {string} ending of the new file's name, in place of the old one
 */
function ffmpeg(file, options, ending) {
  const from = /\p{Cc}/u.test(file) ? 'FILE' : file // pasted, a line end would run what stands before it
  return `ffmpeg -i ${shellFile(from)} ${options} ${shellFile(from.replace(/\.[^.]*$/, '') + ending)}`
}

/** @param {string | undefined} format */
const article = (format = 'foreign') => `${/^[AM]/.test(format) ? 'an' : 'a'} ${format}`
