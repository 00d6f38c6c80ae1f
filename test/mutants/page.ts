/** Mutants of the page and of the picker: figures, models, sources. */
import { mutantsOf } from './mutant.ts'

export const PAGE_MUTANTS = [
  ...mutantsOf(
    'src/player/page/head-start.js',
    ['test/player/page/head-start.test.ts'],
    ["if (policy.kind === 'fastest') return undefined", ''],
    ['isServerOf(node, origin) ? SCRIPTS_BYTES : 0', '0'],
  ),
  ...mutantsOf(
    'src/player/page/own-server.js',
    ['test/player/page/own-server.test.ts'],
    [' && node.port === page.port', ''],
    ['LOOPBACK.has(node.hostname) && ', ''],
  ),
  ...mutantsOf(
    'src/player/page/early-answers.js',
    ['test/player/page/early-answers.test.ts'],
    ['this.#asked.delete(key)', ''],
    ["init.signal?.addEventListener('abort', end, { once: true })", ''],
  ),
  ...mutantsOf(
    'src/picking/choose.ts',
    ['test/picking/choose.test.ts'],
    ['RANK.indexOf(a.holding) - RANK.indexOf(b.holding) || ', ''],
    ['reply.replica?.etag === found.file.etag', 'true'],
  ),
  ...mutantsOf(
    'src/player/worker/byte-range.js',
    ['test/player/worker/byte-range.test.ts'],
    ['Math.max(0, sizeBytes - Number(last))', 'sizeBytes - Number(last)'],
    ["isSuffix = isValid && first === ''", 'isSuffix = isValid && Number(first) === 0'],
  ),
  ...mutantsOf(
    'src/player/playing/stalls.js',
    ['test/player/playing/stalls.test.ts'],
    ['if (ms < (this.#hasLacked ? STALL_MS : FULL_STALL_MS)) return undefined', ''],
    ['this.#hasLacked ||= lacksData', 'this.#hasLacked = lacksData'],
    ['this.#hasLacked = false', ''],
    [' && owes(FULL_SECONDS)', ''],
    ['secondsAhead(video) < FULL_SECONDS && ', ''],
    ['if (isBlind) this.#movedAtMs = atMs', ''],
    ['isSeeking || (this.#isArriving && !hasMoved)', 'isSeeking'],
  ),
  ...mutantsOf(
    'src/player/playing/wakefulness.js',
    ['test/player/playing/wakefulness.test.ts', 'test/player/playing/stalls.test.ts'],
    ['nowMs - lookedAtMs <= ASLEEP_MS', 'true'],
    ['nowMs - lookedAtMs <= ASLEEP_MS', '!(nowMs - lookedAtMs > ASLEEP_MS)'],
  ),
  ...mutantsOf(
    'src/player/room/nodes/node-model.js',
    ['test/player/room/nodes/node-model.test.ts'],
    ['if (notBeforeMs > nowMs && AT_WORK.has(state))', 'if (notBeforeMs > nowMs && state === "down")'],
    ['notBeforeMs <= nowMs || !ANSWERING.has(state)', 'notBeforeMs <= nowMs'],
  ),
  ...mutantsOf(
    'src/player/room/story/incidents.js',
    ['test/player/room/story/story.test.ts'],
    ['latest.incident.isOver = false\n    return latest', 'return undefined'],
  ),
  ...mutantsOf(
    'src/player/room/chunks/chunk-model.js',
    ['test/player/room/chunks/chunk-model.test.ts'],
    ['this.#asked.delete(event.chunk) // whoever', '// whoever'],
    ['this.#rejected.add(event.chunk)', ''],
  ),
  ...mutantsOf(
    'src/player/playing/feed-limit.js',
    ['test/player/playing/feed-limit.test.ts'],
    ['aheadSeconds * Math.max(1, rate)', 'aheadSeconds'],
    ['step > RELIEF_STEPS ? Infinity : ', ''],
    ['if (!Number.isFinite(durationSeconds)) return Infinity', ''],
  ),
  ...mutantsOf(
    'src/player/playing/swarm-player.js',
    ['test/player/playing/swarm-player.test.ts'],
    ['return this.#swarm.isAwaited(this.#lookAhead.enoughFor(seconds))', 'return false'],
  ),
  ...mutantsOf(
    'src/player/mp4/find-moov.js',
    ['test/player/mp4/find-moov.test.ts'],
    ['head.sizeBytes > MAX_MOOV_BYTES || ', ''],
    ["!(head.type === 'moov' || OTHERS.has(head.type))", 'false'],
  ),
  ...mutantsOf(
    'src/player/playing/choose-source.js',
    ['test/player/playing/choose-source.test.ts'],
    ["if (error === 'node' && loadedMs < restMs) return undefined", ''],
    ['Number(isPenalized(a)) - Number(isPenalized(b)) || ', ''],
  ),
  ...mutantsOf(
    'src/player/playing/switching-player.js',
    ['test/player/playing/switching-player.test.ts'],
    ['this.#cause === undefined : this.#mediaWatch.isVain', 'this.#cause === undefined : false'],
    ['error.code === NETWORK || !(await this.#facts.isReadable())', 'true'],
    ['error.code === NETWORK || !(await this.#facts.isReadable())', 'false'],
    ['this.#isToBegin = video.autoplay && playback === undefined', 'this.#isToBegin = false'],
  ),
  ...mutantsOf(
    'src/player/playing/resume.js',
    ['test/player/playing/swarm-player.test.ts', 'test/player/playing/switching-player.test.ts'],
    ['if (paused) return video.pause()', 'if (paused) return'],
    ['video.playbackRate = playbackRate', ''],
  ),
  ...mutantsOf(
    'src/player/playing/first-frame.js',
    ['test/player/playing/first-frame.test.ts'],
    ['isLooking || look()', 'false'],
    ['!signal.aborted && !video.paused', '!signal.aborted'],
  ),
  ...mutantsOf(
    'src/player/media/shell-word.js',
    ['test/player/media/media-trouble-command.test.ts'],
    ['/^-|:/', '/^-/'],
    ['return READ_INSIDE.test(path) ? ', 'return false ? '],
  ),
  ...mutantsOf(
    'src/words/in-words.js',
    ['test/words/in-words.test.ts'],
    ['if (sizeBytes === 1) return', 'if (sizeBytes === 0) return'],
  ),
  ...mutantsOf(
    'src/player/worker/prepare-worker.js',
    ['test/player/worker/prepare-worker.test.ts'],
    ["if (!isOurs(workers.controller)) send({ type: 'claim' }, active)", ''],
    [
      'const isOurs = (worker) => worker?.scriptURL === WORKER_URL',
      'const isOurs = (worker) => worker !== null',
    ],
  ),
  ...mutantsOf(
    'src/player/worker/worker-shell.js',
    ['test/player/worker/worker-shell.test.ts'],
    ["const isMixed = asked.kind === 'ours' && asked.version !== version", 'const isMixed = false'],
    ['if (asked.version !== version) this.#onRenewed(client)', ''],
    ['BRIEFLY_MS + 2 * copy.tookMs', 'BRIEFLY_MS'],
    [
      "return part.kind === 'ours' && part.version === asked.version ? part.part : undefined",
      "return part.kind === 'ours' ? part.part : undefined",
    ],
  ),
  ...mutantsOf(
    'src/player/worker/worker-copies.js',
    ['test/player/worker/worker-shell.test.ts'],
    ['return expected === undefined || (await this.#hash(bytes)) === expected', 'return true'],
    ['if (!wasWhole) await this.#caches.delete(name)', ''],
  ),
  ...mutantsOf(
    'src/player/page/list-watch.js',
    ['test/player/page/list-watch.test.ts'],
    [
      'if (text === this.#told || text === JSON.stringify(this.#known)) return',
      'if (text === JSON.stringify(this.#known)) return',
    ],
    ['      this.#isSuspected = true\n      return', '      return'],
    ['nodes === undefined && this.#hasAnswered', 'nodes === undefined'],
  ),
  ...mutantsOf(
    'src/picking/choose.ts',
    ['test/picking/choose.test.ts'],
    [
      'const holders = (own.some(isHolder) ? own : foreign.some(isHolder) ? foreign : up).filter(isHolder)',
      'const holders = up.filter(isHolder)',
    ],
  ),
  ...mutantsOf(
    'src/player/room/story/incident.js',
    ['test/player/room/story/story.test.ts'],
    [
      '    all.hasMoved = movesSinceMs !== undefined && movesSinceMs <= this.atMs - (wasSilent ? UNNOTICED_MS : 0)',
      '    all.hasMoved = movesSinceMs !== undefined',
    ],
    ['    if (!this.#handedOver.hasMoved || sinceMs >= this.#handedOverMs) return false', '    return false'],
  ),
  ...mutantsOf(
    'src/player/room/story/incident-words.js',
    ['test/player/room/story/story.test.ts'],
    ['filter((helper) => helper !== node)', 'filter(() => true)'],
  ),
  ...mutantsOf(
    'src/player/room/story/stall-causes.js',
    ['test/player/room/story/story.test.ts'],
    ["    this.#hasPicture ||= event.type === 'first frame'", '    this.#hasPicture = true'],
  ),
  ...mutantsOf(
    'src/player/room/story/outage-line.js',
    ['test/player/room/story/outage-line.test.ts', 'test/player/room/story/story.test.ts'],
    ['    if (end !== undefined) this.#lines.remove(end) // it was no end', '    '],
  ),
  ...mutantsOf(
    'src/player/room/story/requests.js',
    ['test/player/room/story/story.test.ts'],
    ['this.#asked.get(chunk)?.has(node)', 'this.#asked.has(chunk)'],
  ),
  ...mutantsOf(
    'src/player/room/story/absences.js',
    ['test/player/room/story/story.test.ts'],
    ['if (atMs - backMs > FLAPS.withinMs) {', 'if (false) {'],
    ['      unreachedSinceMs: wasUnreached ? away.unreachedSinceMs : atMs,', '      unreachedSinceMs: atMs,'],
    ['    if (back === undefined || !back.chunks.has(chunk)) return', '    if (back === undefined) return'],
  ),
  ...mutantsOf(
    'src/player/room/figures.js',
    ['test/player/room/figures.test.ts'],
    ['(standsSinceMs === undefined ? 0 : nowMs - standsSinceMs)', '0'],
  ),
  ...mutantsOf(
    'src/player/playing/node-watch.js',
    ['test/player/playing/node-watch.test.ts'],
    ["  if (reasons.size > 1) reasons.delete('nobody answers')", '  '],
  ),
  ...mutantsOf(
    'src/player/playing/patient-call.js',
    ['test/player/playing/node-watch.test.ts'],
    ['      if (clock.now() - dueMs < ASLEEP_MS) return then()', '      return then()'],
  ),
  ...mutantsOf(
    'src/player/page/page-outage.js',
    ['test/player/page/page-outage.test.ts'],
    ['sinceMs: this.#open?.sinceMs ?? event.atMs', 'sinceMs: event.atMs'],
  ),
  ...mutantsOf(
    'src/player/room/nodes/node-model.js',
    ['test/player/room/nodes/node-model.test.ts'],
    ['AT_WORK.has(state) ? bytesPerSecond : undefined', 'bytesPerSecond'],
  ),
]
