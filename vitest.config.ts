import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const common = {
  // Real servers, processes and browsers: a bound only for what hangs, and nothing is timed.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  globalSetup: 'test/helpers/plain-js.ts',
}
/** Most tests wait for processes, sockets and timers of their own: a core has time for two files. */
const FILES_AT_ONCE = 2 * availableParallelism()
const BROWSER_TESTS = 'test/browser/**/*.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [BROWSER_TESTS],
          // No file changes what it shares with others: to load it all anew for each takes a quarter of the time.
          isolate: false,
          maxWorkers: FILES_AT_ONCE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A video is played in real time, so these have the machine for themselves, one after the other.
        test: {
          ...common,
          name: 'browser',
          include: [BROWSER_TESTS],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
