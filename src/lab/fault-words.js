// @ts-check
/** A fault as somebody types it: `stall afterBytes=100000 10s`. Pure. */
import { FAULTS, FaultError, inField, isFaultName, readFaults } from './faults.js'

/** @typedef {import('./faults.js').FaultSet} FaultSet */

const TIME = /^(\d+(?:\.\d+)?)(ms|s|min)$/
const UNITS_MS = { ms: 1, s: 1000, min: 60_000 }

/**
 * Reads a time: `500ms`, `10s`, `1.5min`.
 * @param {string} word
 * @returns {number | undefined} whole ms; `undefined`: it is no time
 */
export function readTime(word) {
  const [, number, unit] = TIME.exec(word) ?? []
  if (number === undefined) return undefined
  return Math.round(Number(number) * UNITS_MS[/** @type {keyof typeof UNITS_MS} */ (unit)])
}

/**
 * Reads one fault.
 * @param {readonly string[]} words its name, then its parameters and perhaps a time, in any order
 * @returns {FaultSet} with that fault alone
 * @throws {FaultError}
 */
export function readFaultWords([name = '', ...words]) {
  if (!isFaultName(name)) throw new FaultError(inField(name), `a fault: ${Object.keys(FAULTS).join(', ')}`)
  /** @type {Record<string, number | string>} */
  const parameters = {}
  for (const word of words) {
    const ms = readTime(word)
    const [field = '', value] = ms === undefined ? word.split(/=(.*)/s) : ['forMs', String(ms)]
    if (value === undefined)
      throw new FaultError(
        name,
        `parameters like ${exampleOf(name)}, or a time like 10s, found ${inField(word)}`,
      )
    if (Object.hasOwn(parameters, field)) throw new FaultError(`${name}.${inField(field)}`, 'it once')
    parameters[field] = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
  }
  return readFaults({ [name]: parameters })
}

/**
 * Reads several, with commas between them.
 * @param {string} text `stall afterBytes=100000, lossy share=0.01 rttMs=50`
 * @returns {FaultSet}
 * @throws {FaultError}
 */
export function readFaultList(text) {
  const sets = text.split(',').map((part) => readFaultWords(part.trim().split(/\s+/)))
  const names = sets.flatMap((set) => Object.keys(set))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new FaultError(twice, 'it once')
  return Object.assign({}, ...sets)
}

/** @param {keyof FaultSet} name */
function exampleOf(name) {
  const [field] = Object.keys(FAULTS[name].parameters)
  return field === undefined ? 'none' : `${field}=…`
}

/** Where the text of a help line begins. */
const HELP_COLUMN = 19

/** The lines of help about the faults, a text of at most 80 columns. */
export const faultHelp = () =>
  Object.entries(FAULTS)
    .map(([name, { parameters, help }]) => {
      const fields = Object.entries(parameters).map(([field, { preset }]) =>
        preset === undefined ? `${field}=…` : `[${field}=${preset}]`,
      )
      const more = fields.length === 0 ? '' : `\n${' '.repeat(HELP_COLUMN)}${fields.join(' ')}`
      return `  ${name.padEnd(HELP_COLUMN - 2)}${help}${more}`
    })
    .join('\n')
