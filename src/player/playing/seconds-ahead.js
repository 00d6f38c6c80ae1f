// @ts-check
/** How much of the video is buffered beyond its playhead, without a gap, s. @param {HTMLVideoElement} video */
export function secondsAhead({ buffered, currentTime }) {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime && currentTime <= buffered.end(index))
      return buffered.end(index) - currentTime
  }
  return 0
}
