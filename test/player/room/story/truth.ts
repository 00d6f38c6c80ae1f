/** What must hold of a page's sentences and figures at any time, whatever has happened: a list of what does not. */
import { describeFigures } from '../../../../src/player/room/figures.js'
import { type NodeFacts, noteOf } from '../../../../src/player/room/nodes/node-model.js'
import { formatMs } from '../../../../src/words/in-words.js'
import type { Event, SimulatedPlayer } from './simulated-player.ts'

interface Line {
  readonly atMs: number
  readonly text: string
}

type EventOf<T extends Event['type']> = Event & { readonly type: T }
const ofType = <T extends Event['type']>(events: readonly Event[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type)

const UNREACHED = new Set(['no answer', 'down'])
const AWAY = new Set([...UNREACHED, 'missing', 'other version', 'wrong answer', 'busy'])
const HERE = new Set(['up', 'unknown', 'sent bad data'])
const TRIED_WITHIN_MS = 2_500
const DURATION = String.raw`([\d.]+ (?:ms|s|min))`

/** What a duration in words may be, ms. */
function rangeOf(words: string): [number, number] {
  const [value = '', unit] = words.split(' ')
  const unitMs = unit === 'ms' ? 1 : unit === 's' ? 1_000 : 60_000
  const half = value.includes('.') ? 0.05 : 0.5
  return [(Number(value) - half) * unitMs - 0.001, (Number(value) + half) * unitMs + 0.001]
}

/** Whose trouble a line tells. */
const nodeOf = ({ text }: Line): string | undefined =>
  /^(node\d+) /.exec(text)?.[1] ?? /from (node\d+) had/.exec(text)?.[1]

/** Looks at everything that is said now. */
export function untruths(player: SimulatedPlayer): string[] {
  const { lines } = player.story
  return [
    ...lines
      .filter(({ text }) => !/^\S.*\.$/.test(text) || /undefined|NaN|\([^)]*\(/.test(text))
      .map(({ text }) => `no sentence: "${text}"`),
    ...stalls(player),
    ...lines.flatMap((line) => unseen(line, player)),
    ...lines.flatMap((line) => takenOver(line)),
    ...lines.flatMap((line) => returned(line, player)),
    ...lines.flatMap((line) => againOrNow(line, player)),
    ...lines.flatMap((line) => gathered(line, player)),
    ...failovers(player),
    ...outage(player),
  ]
}

/** Each stall of the figures has its sentence, with its time. */
function stalls(player: SimulatedPlayer): string[] {
  let [times, least, most, standing] = [0, 0, 0, 0]
  for (const { text } of player.story.lines) {
    const [, once] = new RegExp(`stood still for ${DURATION}`).exec(text) ?? []
    const [, many, all] = new RegExp(`stood still (\\d+) times, ${DURATION}`).exec(text) ?? []
    const [from, to] = rangeOf(once ?? all ?? '0 ms')
    times += once === undefined ? Number(many ?? 0) : 1
    least += Math.max(0, from)
    most += Math.max(0, to)
    if (/stands still/.test(text)) standing++
  }
  const { figures } = player
  const wrong = []
  if (times !== figures.stalls) wrong.push(`${figures.stalls} stalls, but ${times} sentences`)
  if (figures.stalledMs < least || figures.stalledMs > most)
    wrong.push(`${figures.stalledMs} ms of stalls, but sentences say ${least} to ${most}`)
  if (standing !== (figures.standsSinceMs === undefined ? 0 : 1))
    wrong.push(`${standing} sentences say that it stands`)
  const figure = describeFigures(figures, player.nowMs).find(({ label }) => label.startsWith('stall'))
  if (standing > 0 && figure?.value === '0') wrong.push('a stall that goes on does not count')
  return wrong
}

/** Nothing is called unseen that the viewer saw, or before there was something to see. */
function unseen(line: Line, { events, story }: SimulatedPlayer): string[] {
  if (!line.text.includes('did not stop')) return []
  const node = nodeOf(line)
  const next = story.lines.find(
    (other) =>
      other.atMs > line.atMs && nodeOf(other) === node && !/again| now\.$|brings chunks/.test(other.text),
  )
  const until = next?.atMs ?? Number.POSITIVE_INFINITY
  const ends = ofType(events, 'failover').filter(
    ({ from, atMs }) => from === node && atMs >= line.atMs && atMs <= until,
  )
  const endMs = Math.min(...ends.map(({ atMs }) => atMs))
  const picture = ofType(events, 'first frame')[0]?.atMs ?? Number.POSITIVE_INFINITY
  const seen = ofType(events, 'stall')
    .filter(({ isOver }) => isOver)
    .filter(({ atMs, ms }) => atMs - ms < endMs && atMs > line.atMs)
  return [
    ...(picture > line.atMs ? [`before the first picture: "${line.text}"`] : []),
    ...seen.map(
      ({ atMs, ms }) =>
        `a stall from ${atMs - ms} to ${atMs}, but at ${line.atMs}, until ${endMs}: "${line.text}"`,
    ),
  ]
}

/** Nobody takes over from himself. */
function takenOver(line: Line): string[] {
  const [, names = ''] = /Its .* came from ([^;.]*)/.exec(line.text) ?? []
  const isOwn = names !== '' && names.split(/, | and /).includes(nodeOf(line) ?? '')
  return isOwn ? [`"${line.text}"`] : []
}

/** Who is said to be back has brought something, and was away for as long as is said. */
function returned(line: Line, { events }: SimulatedPlayer): string[] {
  const [, node, words = ''] =
    new RegExp(`^(node\\d+) (?:is back|[a-z ]+ again,) after ${DURATION}`).exec(line.text) ?? []
  if (node === undefined) return []
  const isUnreached = /^\S+ (answers again|is back)/.test(line.text)
  const states = isUnreached ? UNREACHED : AWAY
  const own = ofType(events, 'node').filter((event) => event.node === node)
  const up = own.findLastIndex(({ state, atMs }) => state === 'up' && atMs <= line.atMs)
  const was = own
    .slice(0, up)
    .findLastIndex(({ state }) => (isUnreached ? !UNREACHED.has(state) : HERE.has(state)))
  const since = own.slice(was + 1).find(({ state }) => states.has(state))?.atMs ?? Number.NaN
  const wrong =
    formatMs(line.atMs - since) === words ? [] : [`away for ${line.atMs - since} ms: "${line.text}"`]
  const asked = new Set(
    ofType(events, 'asked').flatMap((event) =>
      event.node === node && event.atMs >= line.atMs ? [event.chunk] : [],
    ),
  )
  const hasBrought = ofType(events, 'verified').some((event) => event.node === node && asked.has(event.chunk))
  if (line.text.includes('is back') && !hasBrought) wrong.push(`nothing has come: "${line.text}"`)
  return wrong
}

/** What is so again was so before, and what is so only now was not. */
function againOrNow(line: Line, { events }: SimulatedPlayer): string[] {
  const [, node, what = '', when] =
    /^(node\d+) (answers|has|gives|takes|is back).* (again|now|chunks)[.,]/.exec(line.text) ?? []
  if (node === undefined) return []
  const own = ofType(events, 'node').filter((event) => event.node === node && event.atMs <= line.atMs)
  const isNew =
    what === 'answers'
      ? own
          .slice(
            0,
            own.findLastIndex(({ state }) => state === 'up'),
          )
          .every(({ state }) => UNREACHED.has(state))
      : !ofType(events, 'verified').some((event) => {
          const leftMs = own.findLast(({ before, state }) => !AWAY.has(before) && AWAY.has(state))?.atMs ?? 0
          return event.node === node && event.atMs <= leftMs
        })
  return isNew === (when !== 'again') ? [] : [`"${line.text}", ${isNew ? 'never' : 'as it was'} before`]
}

/** Who is said to have gone and come so often has done so since, in that time, and is now as it is said. */
function gathered(line: Line, { events, story }: SimulatedPlayer): string[] {
  const [, node, words = '', span = ''] =
    new RegExp(`^(node\\d+) .* again (once|twice|\\d+ times) in ${DURATION}[;.]`).exec(line.text) ?? []
  if (node === undefined) return []
  const own = ofType(events, 'node').filter((event) => event.node === node && event.atMs >= line.atMs)
  const times = { once: 1, twice: 2 }[words] ?? Number.parseInt(words, 10)
  let isAway = false
  const returns = own.flatMap(({ state, atMs }) => {
    const isBack = isAway && state === 'up'
    isAway = AWAY.has(state) || (isAway && !isBack)
    return isBack ? [atMs] : []
  })
  const wrong = []
  const lastMs = returns[times - 1] ?? Number.NaN
  if (formatMs(lastMs - line.atMs) !== span)
    wrong.push(`${times} in ${lastMs - line.atMs} ms: "${line.text}"`)
  if (story.lines.findLast((other) => nodeOf(other) === node) !== line) return wrong
  const isAwaySaid = /; now it /.test(line.text)
  if (returns.length !== times || isAwaySaid !== isAway)
    wrong.push(`${returns.length} times, and ${isAway ? 'away' : 'back'}: "${line.text}"`)
  return wrong
}

/** Each failover of the figures has its sentence, and each chunk that was taken over. */
function failovers({ events, figures, story }: SimulatedPlayer): string[] {
  const over = ofType(events, 'failover').filter(({ from, to }) => to.some((node) => node !== from))
  const untold = over.filter(
    ({ from }) => !story.lines.some((line) => nodeOf(line) === from && / came from /.test(line.text)),
  )
  const told = story.lines.flatMap(({ text }) => {
    const [, what, number] = /[Ii]ts (chunk \d+|(\d+) chunks) came from node/.exec(text) ?? []
    return what === undefined ? [] : [Number(number ?? 1)]
  })
  const chunks = told.reduce((sum, number) => sum + number, 0)
  const note = describeFigures(figures, 0).find(({ label }) => label.startsWith('failover'))?.note
  return [
    ...(note === `${chunks} ${chunks === 1 ? 'chunk' : 'chunks'} taken over`
      ? []
      : [`${chunks} chunks came from others in the sentences, but: "${note}"`]),
    ...(over.length === figures.failovers
      ? []
      : [`${over.length} failovers, the figure says ${figures.failovers}`]),
    ...untold.map(({ from, atMs }) => `the failover of ${from} at ${atMs} is not told`),
  ]
}

/** Whoever is said to be left out is asked for nothing, unless nobody else is left. */
export function askedAllTheSame(event: Event, { nodes, nowMs, policy }: SimulatedPlayer): string[] {
  if (event.type !== 'asked') return []
  const isAble = (card: NodeFacts): boolean =>
    (card.state === 'up' || card.state === 'slow') && noteOf(card, nowMs) === ''
  const isAllowed = ({ mark }: NodeFacts): boolean => policy.kind !== 'only' || policy.node === mark.name
  const card = nodes.nodes.find(({ mark }) => mark.name === event.node)
  const note = card === undefined ? '' : noteOf(card, nowMs)
  const others = nodes.nodes.filter((other) => other !== card && isAllowed(other) && isAble(other))
  if (note === '' || others.length === 0) return []
  const able = others.map(({ mark }) => mark.name)
  return [`${event.node} is asked for chunk ${event.chunk}: "${note}", and there is ${able}`]
}

/** What is said of all nodes agrees with each card. */
function outage({ events, nodes, nowMs, policy, story }: SimulatedPlayer): string[] {
  const last = ofType(events, 'outage').at(-1)
  const said = story.lines.findLast(({ text }) =>
    /^(No node|Only wrong|The video (was|is)|The page may|A node answers|There is a node|This version)/.test(
      text,
    ),
  )
  if (last === undefined) return said === undefined ? [] : [`there was no outage: "${said.text}"`]
  if (last.isOver !== /after [\d.]+ (ms|s|min) of waiting\.$/.test(said?.text ?? ''))
    return [`the outage is over: ${last.isOver}, but: "${said?.text}"`]
  if (last.isOver) return []
  const cards = nodes.nodes.map(({ mark, state }) => ({ name: mark.name, state }))
  const allowed = cards.filter(({ name }) => policy.kind !== 'only' || policy.node === name)
  // Who has just answered a health call is about to be tried, and that decides.
  const isNew = (name: string): boolean =>
    (ofType(events, 'node').findLast(({ node }) => node === name)?.atMs ?? 0) > nowMs - TRIED_WITHIN_MS
  const isUp = ({ name, state }: { name: string; state: string }): boolean =>
    (state === 'up' || state === 'slow') && !isNew(name)
  const told = `"${said?.text}" beside ${cards.map(({ state }) => state).join(', ')}`
  if (last.why === 'nobody answers' && allowed.some(isUp)) return [told]
  if (last.why === 'missing' && !allowed.some(({ state }) => state === 'missing')) return [told]
  if (last.why === 'replaced' && !allowed.some(({ state }) => state === 'other version')) return [told]
  return []
}
