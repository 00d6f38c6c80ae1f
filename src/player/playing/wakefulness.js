// @ts-check
/** Whether somebody has looked all the time: a long gap between two looks means that we slept. */

/** When nobody has looked for so long, the page or the machine slept, and nothing is known of that time. */
const ASLEEP_MS = 1_500

/**
 * Is it known what was between two looks? Looks once a second, as in a hidden tab, are enough. Pure.
 * @param {number} lookedAtMs the last look; `NaN`: there was none
 * @param {number} nowMs same clock
 */
export const wasAwake = (lookedAtMs, nowMs) => nowMs - lookedAtMs <= ASLEEP_MS
