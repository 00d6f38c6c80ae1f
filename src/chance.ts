/**
 * Chance that can be had again: a hash of what is decided and not the next number of a generator, of which requests that
 * come at the same time would take each other's. Pure.
 * @param what seed, fault, name, chunk and number of the request, in this order
 * @returns 0 up to 1
 */
export function chanceOf(...what: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 // FNV-1a
  for (const character of what.join('\n'))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) // and the end of MurmurHash3, so that the last word counts as the first
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
