// @ts-check
/**
 * What tells nodes apart besides their names: a colour, a pattern and a letter or number. Never the colour
 * alone: about one man in twelve sees fewer colours, and a projector shows fewer to everyone. Pure.
 */

/** How many colours and patterns there are; a longer node list starts over, and the letters still differ. */
export const MARKS = 10

/**
 * @typedef {object} NodeMark
 * @property {string} name
 * @property {string} letter one or two characters: what stands in a chunk's cell
 * @property {number} look 0 up to {@link MARKS}: its colour and its pattern
 */

/**
 * Gives every node its mark: the number its name ends with where these differ, else its first letter where
 * these differ, else its place in the node list.
 * @param {readonly string[]} names in the order of the node list
 * @returns {NodeMark[]}
 */
export function markNodes(names) {
  const letters =
    allDifferent(names.map((name) => /(?<!\d)\d{1,2}$/.exec(name)?.[0] ?? '')) ??
    allDifferent(names.map((name) => firstLetter(name))) ??
    names.map((_, index) => String(index + 1))
  return names.map((name, index) => ({ name, letter: letters[index] ?? '', look: index % MARKS }))
}

/** @param {string} name */
const firstLetter = (name) => /\p{L}/u.exec(name)?.[0].toUpperCase() ?? ''

/** @param {string[]} letters */
const allDifferent = (letters) =>
  letters.every((letter) => letter !== '') && new Set(letters).size === letters.length ? letters : undefined
