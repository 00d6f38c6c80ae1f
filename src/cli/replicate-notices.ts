/** What `replicate` has noticed, in words and with what to do. Pure. */
import path from 'node:path'
import type { MediaFinding } from '../media-check/finding.ts'
import type { Notice } from '../replication/notices.ts'
import { CONTROL_CHARACTERS } from '../storage-name.ts'
import { formatBytes } from '../words/in-words.js'
import { FILE, pathFor, type Surroundings } from './printed-command.ts'
import { shellWord } from './shell-words.ts'

/**
 * One line: `warning: …`, or `note: …` where nothing is wrong.
 * @param file path of the source
 * @param name storage name of the replicas
 */
export function describeNotice(notice: Notice, file: string, name: string, where: Surroundings): string {
  const line = describe(notice, file, name, where)
  return line.replace(new RegExp(CONTROL_CHARACTERS, 'g'), ' ')
}

function describe(notice: Notice, file: string, name: string, where: Surroundings): string {
  switch (notice.kind) {
    case 'media':
      return describeFinding(notice.finding, file, where)
    case 'lookalike':
      return `warning: ${list(notice.nodes)} ${notice.nodes.length === 1 ? 'has' : 'have'} a file whose name looks like ${name} and is spelt with other code points (composed or decomposed letters); both will stand there`
    case 'overtaken': {
      const { by, ours } = notice
      const version = `${by.sha256.slice(0, 8)}…, ${formatBytes(by.size)}, modified ${timeOf(by.mtimeMs)}`
      const have = `${list(by.nodes)} ${by.nodes.length === 1 ? 'has' : 'have'} another version of ${name} (${version})`
      const get = `Readers get that one, not yours, while ${by.nodes.length === 1 ? 'it is' : 'one of them is'} up`
      if (ours === undefined)
        return `warning: ${have}: another run has put it there meanwhile. ${get}. Run this again if yours is to count.`
      const why =
        ours.mtimeMs > by.mtimeMs
          ? 'as the time of yours lies in the future and cannot be true'
          : ours.mtimeMs === by.mtimeMs
            ? 'as both have the same time'
            : 'as it is newer'
      return `warning: ${have}. ${get}, ${why}. Give your file the time of now (touch) and replicate it again, or replicate it to ${list(by.nodes)} too.`
    }
  }
}

function describeFinding(finding: MediaFinding, file: string, where: Surroundings): string {
  const name = path.basename(file)
  const ffmpeg = (ending: string, ...flags: string[]): string => {
    const { dir, name: stem } = path.parse(file)
    const words = ['ffmpeg', '-i', asInput(pathFor(file, where)), ...flags]
    const out = asInput(pathFor(path.join(dir, `${stem}${ending}`), where))
    return [...words, out].map((word) => shellWord(word, where.platform) ?? FILE).join(' ')
  }
  const sameEnding = path.extname(file)
  switch (finding.kind) {
    case 'empty':
      return `warning: ${name} is empty: there is nothing in it to play`
    case 'no media':
      return `warning: ${name} is no video and no sound: it begins with ${finding.found}. It is copied as it is, and no player will play it.`
    case 'other format':
      return `warning: ${name} is a file of the format ${finding.format}, which most browsers do not play. This makes an MP4 of it: ${ffmpeg('-converted.mp4')}`
    case 'cut': {
      const missing = `warning: ${name} is cut: at least ${formatBytes(finding.missingBytes)} are missing at its end`
      return finding.playsBeginning
        ? `${missing}, and it plays up to there at most. Get a whole copy, or make one that ends where this one does: ${ffmpeg(`-beginning${sameEnding}`, '-c', 'copy')}`
        : `${missing}, and its index (moov) with them. No player can play it: get a whole copy.`
    }
    case 'no index':
      return `warning: ${name} has no index (moov): it is cut, or its recording was not finished. No player can play it: get a whole copy.`
    case 'index at end':
      return `note: ${name} has its index (moov) behind the media, so players need its end before the first picture. This makes a copy with the index in front: ${ffmpeg(`-faststart${sameEnding}`, '-c', 'copy', '-movflags', '+faststart')}`
  }
}

/** A path that no program takes for a flag, and ffmpeg not for a protocol. */
const asInput = (file: string): string => (path.isAbsolute(file) ? file : `./${file}`)

const list = (names: readonly string[]): string => names.join(', ')

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
