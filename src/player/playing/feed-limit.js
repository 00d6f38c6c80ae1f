// @ts-check
/** How much of a file the video is fed, so that it has some seconds ahead of the playhead and not all it can get. */

/** Chrome reads in blocks of so much and knows only whole ones. */
const BLOCK_BYTES = 32 * 1024
/** Its demuxer looks a little ahead, too. The swarm rounds up to a whole chunk of its own. */
const EXACT_SLACK_BYTES = 4 * BLOCK_BYTES
/** Where times are only estimated from the mean rate, a scene may have many times that rate. */
const GUESSED_SLACK_BYTES = 2 * 1024 * 1024
const GUESSED_FACTOR = 2
/** Before anything is known: as much as the beginning of a file usually needs. */
const HEAD_BYTES = 1024 * 1024
/** A video that lacks data for so long gets more than it should need, in case we are wrong. */
const PATIENCE_MS = 500
/** So much, and twice as much each time its patience is over again, up to everything. */
const RELIEF_BYTES = 1024 * 1024
const RELIEF_STEPS = 6

/**
 * What is known of a video and of its file.
 * @typedef {object} FeedState
 * @property {number} sizeBytes of the file
 * @property {number} seconds where the playhead is, or where it is sought to
 * @property {number} aheadSeconds how much it shall have ahead, at ordinary speed
 * @property {number} rate playback speed
 * @property {number} durationSeconds NaN until the video knows it, Infinity for a file that does not say it
 * @property {number} metadataEnd what must be read before the video knows anything, as far as we know
 * @property {((seconds: number) => number) | undefined} timeToByte exact, from the file's own tables
 * @property {number} starvedMs how long the video has been lacking data
 * @property {number} starvings how often it ran out of data in mid-play
 */

/**
 * The first byte that the video does not get yet. Pure.
 * @param {FeedState} state
 * @returns {number} Infinity: it may have the whole file
 */
export function feedLimit(state) {
  const { sizeBytes, durationSeconds, metadataEnd, starvedMs } = state
  // Without a length no byte has a time: the browser itself knows best how far to read ahead.
  if (durationSeconds === Infinity) return Infinity
  const step = Math.floor(starvedMs / PATIENCE_MS)
  const relief = step === 0 ? 0 : step > RELIEF_STEPS ? Infinity : RELIEF_BYTES * 2 ** (step - 1)
  const needed = durationSeconds > 0 ? neededBytes(state) : Math.max(metadataEnd, HEAD_BYTES)
  const limit = needed + relief
  return limit < sizeBytes ? limit : Infinity
}

/** @param {FeedState} state */
function neededBytes({ sizeBytes, seconds, aheadSeconds, rate, durationSeconds, timeToByte, starvings }) {
  const ahead = aheadSeconds * Math.max(1, rate)
  if (timeToByte !== undefined) return timeToByte(seconds + ahead) + EXACT_SLACK_BYTES
  const perSecond = sizeBytes / durationSeconds
  const slack = GUESSED_SLACK_BYTES * 2 ** starvings
  return (seconds + ahead * GUESSED_FACTOR) * perSecond + slack
}

/**
 * Who has been handed all bytes before this one lacks none for the seconds that follow. Pure.
 * @param {Pick<FeedState, 'sizeBytes' | 'seconds' | 'aheadSeconds' | 'durationSeconds' | 'timeToByte'>} state
 * @returns {number} Infinity: that is not known
 */
export function enoughBytes({ sizeBytes, seconds, aheadSeconds, durationSeconds, timeToByte }) {
  if (timeToByte !== undefined) return timeToByte(seconds + aheadSeconds) + BLOCK_BYTES
  if (!Number.isFinite(durationSeconds)) return Infinity
  return (seconds + aheadSeconds * GUESSED_FACTOR) * (sizeBytes / durationSeconds) + GUESSED_SLACK_BYTES
}
